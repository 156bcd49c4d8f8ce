/**
 * The report: sections, tables, charts and one HTML page.
 *
 * <p>For: showing an evaluation to people. May use: the other rooms of {@code eval}. Limits:
 * computes no metric of its own.
 */
package org.genimage.eval.report;
