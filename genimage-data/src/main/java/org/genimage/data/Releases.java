package org.genimage.data;

import com.google.common.collect.ImmutableMap;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Known dates of generators. Where sources differ, the one of the benchmark that is compared with
 * counts: HELM, for example, has 2022-08-01 for Stable Diffusion 1.4 and 2023-11-06, the interface,
 * for DALL-E 3.
 */
final class Releases {

  /** Names with spellings, the date, its kind, and the source by its first letter. */
  private static final String TABLE =
      """
      CycleGAN|2017-03-30|UNKNOWN|B
      CRN|2017-07-28|UNKNOWN|B
      ProGAN|2017-10-27|UNKNOWN|B
      StarGAN|2017-11-24|UNKNOWN|B
      SN-PatchGAN|2018-06-10|UNKNOWN|B
      BigGAN|2018-09-28|UNKNOWN|B
      IMLE|2018-11-29|UNKNOWN|B
      StyleGAN|2018-12-12|UNKNOWN|B
      GauGAN|2019-03-18|UNKNOWN|B
      StyleGAN2|2019-12-03|UNKNOWN|B
      DDPM|2020-06-19|UNKNOWN|B
      CIPS|2020-11-27|UNKNOWN|B
      VQGAN|2020-12-17|UNKNOWN|B
      GANformer|2021-03-01|UNKNOWN|B
      ADM|2021-05-11|CODE|B
      StyleGAN3|2021-06-23|UNKNOWN|B
      LaMa|2021-09-15|UNKNOWN|B
      FaceSynthetics|2021-09-30|UNKNOWN|B
      ProjectedGAN|2021-11-01|UNKNOWN|B
      Palette|2021-11-10|UNKNOWN|B
      VQ-Diffusion|2021-11-29|UNKNOWN|B
      Denoising Diffusion GAN|2021-12-16|UNKNOWN|B
      GLIDE|2021-12-20|CODE|B
      latent diffusion|2021-12-21|UNKNOWN|B
      Midjourney/Midjourney 2022|2022-02-01|UNKNOWN|B
      MAT|2022-03-29|UNKNOWN|B
      Diffusion-ProjectedGAN|2022-06-05|UNKNOWN|B
      Diffusion-StyleGAN2|2022-06-06|UNKNOWN|B
      Stable Diffusion 1.4/Stable Diffusion V1.4/SD1.4|2022-08-22|UNKNOWN|B
      Stable Diffusion 1.5/Stable Diffusion V1.5/SD1.5|2022-10-20|UNKNOWN|B
      Stable Diffusion 2.1/Stable Diffusion V2.1/SD2.1|2022-12-07|UNKNOWN|B
      DeepFloyd IF/IF|2023-04-26|UNKNOWN|B
      Stable Diffusion XL/SDXL|2023-07-26|UNKNOWN|B
      DALL-E 3|2023-09-20|UNKNOWN|B
      FLUX.1 dev|2024-08-01|UNKNOWN|B
      FLUX.1 schnell|2024-08-02|UNKNOWN|B
      VQDM|2021-12-20|CODE|T
      Wukong|2022-12-08|UNKNOWN|T
      DALL-E mini|2021-07-02|CODE|C
      Disco Diffusion|2022-02-25|CODE|C
      GLID-3 XL|2022-04-05|CODE|C
      Majesty Diffusion|2022-05-19|CODE|C
      DALL-E 2|2022-04-07|UNKNOWN|T
      Midjourney 4|2022-11-05|UNKNOWN|T
      Midjourney 5|2023-03-15|UNKNOWN|T
      Midjourney 6|2023-12-21|UNKNOWN|T
      Stable Diffusion 2.0/Stable Diffusion V2.0/SD2.0|2022-11-24|UNKNOWN|T
      Firefly 1|2023-03-21|UNKNOWN|T
      SDXL Turbo|2023-11-28|UNKNOWN|T
      Stable Diffusion 3/SD3|2024-02-22|UNKNOWN|T
      PixArt-alpha|2023-11-06|WEIGHTS|R
      Kolors|2024-07-06|UNKNOWN|R
      Stable Diffusion 3.5 Large/SD3.5 Large|2024-10-22|UNKNOWN|R
      OmniGen|2024-10-22|UNKNOWN|R
      Lumina-Image 2.0|2025-01-25|UNKNOWN|R
      Janus-Pro|2025-01-27|UNKNOWN|R
      HiDream-I1|2025-04-07|UNKNOWN|R
      OmniGen2|2025-06-16|UNKNOWN|R
      Qwen-Image|2025-08-04|UNKNOWN|R
      HunyuanImage 3.0|2025-09-28|UNKNOWN|R
      Z-Image-Turbo|2025-11-26|UNKNOWN|R
      FLUX.2|2025-11-25|CODE|C
      GPT-4o images/GPT-4o|2025-03-25|SERVICE|P
      Gemini 2.5 Flash Image|2025-08-26|SERVICE|P
      Nano Banana Pro|2025-11-20|SERVICE|P
      GPT Image 1.5|2025-12-16|SERVICE|P
      Nano Banana 2|2026-02-26|SERVICE|P
      Midjourney 8 alpha|2026-03-17|SERVICE|P
      Midjourney 6.1|2024-07-31|SERVICE|O
      Midjourney 7 alpha|2025-04-04|SERVICE|O
      Seedream 4.0|2025-09-09|SERVICE|O
      gpt-image-2|2026-04-21|SERVICE|O
      """;

  private static final Map<String, String> SOURCES =
      Map.of(
          "B", "AI-GenBench, benchmark_generators.py at 2332e50",
          "T", "AI-GenBench, deepfake_timeline.csv at 2332e50",
          "C", "first commit of its repository",
          "R", "README of its makers",
          "P", "press, two reports or more agree",
          "O", "press, one report");

  private static final Map<String, Release> KNOWN = known();

  private Releases() {}

  private static Map<String, Release> known() {
    ImmutableMap.Builder<String, Release> known = ImmutableMap.builder();
    for (String line : TABLE.lines().toList()) {
      String[] parts = line.split("\\|");
      Release release =
          new Release(
              LocalDate.parse(parts[1]), Release.Kind.valueOf(parts[2]), SOURCES.get(parts[3]));
      for (String name : parts[0].split("/")) {
        known.put(plain(name), release);
      }
    }
    return known.buildOrThrow();
  }

  /** Returns the release of the generator of this name, in any spelling of letters and digits. */
  static Optional<Release> of(String name) {
    return Optional.ofNullable(KNOWN.get(plain(name)));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }
}
