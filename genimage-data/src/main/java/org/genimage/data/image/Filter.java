package org.genimage.data.image;

/** A resampling filter, as in Pillow: antialiased when an image shrinks. */
public enum Filter {
  /** The triangle, support 1. */
  BILINEAR,
  /** Keys' cubic with a = -0.5, support 2. */
  BICUBIC,
  /** Lanczos' windowed sinc, support 3. */
  LANCZOS
}
