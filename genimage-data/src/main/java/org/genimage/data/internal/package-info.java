/**
 * What several rooms and modules of genimage need, and nobody else: files written whole or not at
 * all, files of limited size, locks of outputs, interrupts told from failures, work in order on
 * several threads, compact lists of names, names of files in every locale, lists in UTF-8,
 * TensorFlow's native library.
 *
 * <p>Exported to genimage's own modules only. May use: nothing of genimage. Limits: may change in
 * every release.
 */
package org.genimage.data.internal;
