package org.genimage.data.doctor;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the published archives that GenImage's users have reported as damaged
 * (github.com/GenImage-Dataset/GenImage, pull request 2). Some 3,648 natural images of Stable
 * Diffusion V1.5 are identified by their classes.
 */
final class KnownDamage {

  private static final Set<String> FILES =
      Set.of(
          "imagenet_ai_0419_biggan/train/ai/116_biggan_00081.png",
          "imagenet_ai_0419_biggan/train/ai/116_biggan_00094.png",
          "imagenet_ai_0419_biggan/train/ai/116_biggan_00098.png",
          "imagenet_ai_0419_biggan/train/ai/116_biggan_00107.png",
          "imagenet_ai_0419_sdv4/train/ai/033_sdv4_00134.png",
          "imagenet_ai_0419_sdv4/train/ai/033_sdv4_00137.png",
          "imagenet_ai_0419_sdv4/train/ai/033_sdv4_00152.png",
          "imagenet_ai_0508_adm/train/ai/115_adm_135.PNG",
          "imagenet_ai_0508_adm/train/ai/115_adm_141.PNG",
          "imagenet_ai_0508_adm/train/ai/115_adm_142.PNG",
          "imagenet_ai_0508_adm/train/ai/115_adm_154.PNG",
          "imagenet_ai_0508_adm/train/ai/115_adm_156.PNG",
          "imagenet_ai_0508_adm/train/ai/115_adm_164.PNG",
          "imagenet_glide/train/ai/GLIDE_1000_200_08_808_glide_00033.png",
          "imagenet_midjourney/train/ai/208_midjourney_76.png",
          "imagenet_midjourney/train/ai/208_midjourney_91.png",
          "imagenet_midjourney/train/ai/208_midjourney_92.png");
  private static final Pattern CLASS =
      Pattern.compile("imagenet_ai_0424_sdv5/train/nature/n(\\d{8})_.*");

  private KnownDamage() {}

  /**
   * Returns whether an image has been reported as damaged, by its place in the published layout.
   */
  static boolean contains(String place) {
    Matcher natural = CLASS.matcher(place);
    if (natural.matches()) {
      int wordNet = Integer.parseInt(natural.group(1));
      return wordNet >= 3_444_034 && wordNet <= 3_530_642;
    }
    return FILES.contains(place);
  }
}
