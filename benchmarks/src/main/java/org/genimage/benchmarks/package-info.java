/**
 * Programs that measure genimage's speed and memory. The Python scripts in {@code benchmarks/}
 * start most of them and measure another library beside them. They use the public packages alone,
 * as an application does, and nothing depends on them. Some read {@code /proc} and so need Linux.
 */
package org.genimage.benchmarks;
