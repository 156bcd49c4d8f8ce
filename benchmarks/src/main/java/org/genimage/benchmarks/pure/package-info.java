/**
 * Microbenchmarks of the parts that are Java alone, by JMH; {@code benchmarks/jmh.py} runs them.
 */
package org.genimage.benchmarks.pure;
