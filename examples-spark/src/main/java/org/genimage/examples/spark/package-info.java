/** Scoring on an Apache Spark cluster. Nothing else in this project knows Spark. */
package org.genimage.examples.spark;
