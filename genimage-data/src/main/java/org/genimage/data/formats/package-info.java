/**
 * What image files consist of: the segments of JPEG, the chunks of PNG, the directories and streams
 * of TIFF, and how formats are told apart.
 *
 * <p>For: {@code data.image}, {@code data.claims}, and the program, which names the formats that it
 * has converted; not exported to others. May use: no other room. Limits: bytes in, bytes and
 * numbers out; it knows no decoded image.
 */
package org.genimage.data.formats;
