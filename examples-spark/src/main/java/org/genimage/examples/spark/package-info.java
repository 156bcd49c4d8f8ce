/** Scoring on an Apache Spark cluster. No other module of this project uses Spark. */
package org.genimage.examples.spark;
