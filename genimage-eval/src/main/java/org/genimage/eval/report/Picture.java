package org.genimage.eval.report;

import org.genimage.data.image.Image;

/**
 * An image in a {@link Section}. It is stored in the page as PNG, so the page needs no other file.
 *
 * @param image shown 160 pixels wide, small ones magnified without smoothing
 * @param caption plain text below it, also for people who do not see the image
 */
public record Picture(Image image, String caption) {}
