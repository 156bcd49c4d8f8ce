/** Other libraries for Java that score images. */
package org.genimage.benchmarks.peers;
