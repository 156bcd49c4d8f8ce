package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An image generator, and the subset of a dataset that belongs to it: its own images and the
 * natural images beside them.
 *
 * @param name the generator's name in the paper's tables, such as {@code Stable Diffusion V1.4}
 * @param folder the outer folder of the published layout, such as {@code stable_diffusion_v_1_4}
 * @param archive the inner folder and the name of the archive without {@code .zip}, such as {@code
 *     imagenet_ai_0419_sdv4}
 * @param imageSide width and height in pixels of the published images, 0 if unknown
 * @param settings how the published images were made, as far as the paper says
 * @param release when it became available; empty if that is not known
 */
public record Generator(
    String name,
    String folder,
    String archive,
    int imageSide,
    GeneratorSettings settings,
    Optional<Release> release) {

  /** Midjourney V5, 1024 pixels. Its size tells the version, and so the date. */
  public static final Generator MIDJOURNEY =
      new Generator("Midjourney", "Midjourney", "imagenet_midjourney", 1024)
          .release(Releases.of("Midjourney 5").orElseThrow());

  /** Stable Diffusion V1.4, 512 pixels. */
  public static final Generator STABLE_DIFFUSION_V1_4 =
      new Generator(
          "Stable Diffusion V1.4",
          "stable_diffusion_v_1_4",
          "imagenet_ai_0419_sdv4",
          512,
          GeneratorSettings.UNKNOWN.guidanceScale(7.5).sampler("DDIM").steps(50).seed(42));

  /** Stable Diffusion V1.5, 512 pixels. */
  public static final Generator STABLE_DIFFUSION_V1_5 =
      new Generator(
          "Stable Diffusion V1.5",
          "stable_diffusion_v_1_5",
          "imagenet_ai_0424_sdv5",
          512,
          GeneratorSettings.UNKNOWN.guidanceScale(7.5).sampler("DDIM").steps(50).seed(42));

  /** ADM, 256 pixels. */
  public static final Generator ADM =
      new Generator(
          "ADM",
          "ADM",
          "imagenet_ai_0508_adm",
          256,
          GeneratorSettings.UNKNOWN.guidanceScale(10).sampler("DDIM").steps(1000));

  /** GLIDE, 256 pixels. */
  public static final Generator GLIDE =
      new Generator(
          "GLIDE",
          "glide",
          "imagenet_glide",
          256,
          GeneratorSettings.UNKNOWN.guidanceScale(3).steps(127));

  /** Wukong, 512 pixels. */
  public static final Generator WUKONG =
      new Generator("Wukong", "wukong", "imagenet_ai_0424_wukong", 512);

  /** VQDM, 256 pixels. */
  public static final Generator VQDM =
      new Generator(
          "VQDM",
          "VQDM",
          "imagenet_ai_0419_vqdm",
          256,
          GeneratorSettings.UNKNOWN.guidanceScale(1).steps(100));

  /** BigGAN, 128 pixels. */
  public static final Generator BIGGAN =
      new Generator("BigGAN", "BigGAN", "imagenet_ai_0419_biggan", 128);

  /** The eight generators of GenImage, in the order of the paper's tables. */
  public static final List<Generator> GENIMAGE =
      List.of(
          MIDJOURNEY,
          STABLE_DIFFUSION_V1_4,
          STABLE_DIFFUSION_V1_5,
          ADM,
          GLIDE,
          WUKONG,
          VQDM,
          BIGGAN);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the name is blank or the side negative
   */
  public Generator {
    checkArgument(!name.isBlank(), "a generator's name must not be blank");
    checkArgument(imageSide >= 0, "image side of %s must not be negative, got %s", name, imageSide);
  }

  /**
   * Creates a generator whose settings are unknown.
   *
   * @throws IllegalArgumentException if the name is blank or the side negative
   */
  public Generator(String name, String folder, String archive, int imageSide) {
    this(name, folder, archive, imageSide, GeneratorSettings.UNKNOWN);
  }

  /**
   * Creates a generator whose release is that of the known one with this name, if there is one.
   *
   * @throws IllegalArgumentException if the name is blank or the side negative
   */
  public Generator(
      String name, String folder, String archive, int imageSide, GeneratorSettings settings) {
    this(name, folder, archive, imageSide, settings, Releases.of(name));
  }

  /** Returns this generator with another release. */
  public Generator release(Release other) {
    return new Generator(name, folder, archive, imageSide, settings, Optional.of(other));
  }

  /**
   * Returns a generator outside GenImage, of which only the name is known, and the release if it is
   * a well-known one, such as {@code Stable Diffusion 2.1} or {@code dalle-mini}.
   */
  public static Generator named(String name) {
    return new Generator(name, name, name, 0);
  }

  /**
   * Returns how many images of this subset were published. Empty for generators outside GenImage,
   * and for natural training images: only their sum over all generators, 1,281,167, is published.
   */
  public OptionalInt published(Split split, Label label) {
    if (!GENIMAGE.contains(this) || (split == Split.TRAIN && label == Label.NATURE)) {
      return OptionalInt.empty();
    }
    boolean larger = equals(STABLE_DIFFUSION_V1_5);
    if (split == Split.TRAIN) {
      return OptionalInt.of(larger ? 166_000 : 162_000);
    }
    return OptionalInt.of(larger ? 8_000 : 6_000);
  }

  @Override
  public String toString() {
    return name;
  }
}
