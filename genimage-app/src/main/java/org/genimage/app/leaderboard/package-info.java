/**
 * The command {@code genimage leaderboard}: any detectors on any sets of images, measured in pieces
 * that are kept in files, so that a run that was stopped goes on.
 *
 * <p>For: joining evaluation and attacks, and measuring time and memory. May use: all modules and
 * the commands' shared options. Limits: no science; tables, ranks and manifest are the
 * evaluation's.
 */
package org.genimage.app.leaderboard;
