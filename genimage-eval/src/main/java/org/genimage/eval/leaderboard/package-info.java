/**
 * A leaderboard: detectors on sets of images, their figures with intervals, ranks that say which
 * differences are real, and a manifest by which anyone can check the figures again.
 *
 * <p>For: joining what the other rooms measured into one table. May use: scores, statistics,
 * robustness, verdicts. Limits: scores and attacks nothing; a program measures and hands it over.
 */
package org.genimage.eval.leaderboard;
