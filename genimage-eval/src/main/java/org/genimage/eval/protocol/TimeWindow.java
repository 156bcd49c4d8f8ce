package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.Release;

/**
 * Generators that became available one after the other: what a detector is trained on up to a day,
 * and tested on afterwards.
 *
 * @param generators in the order of their dates, at least one
 */
public record TimeWindow(List<Generator> generators) {

  /**
   * The 36 generators of AI-GenBench (arXiv 2504.20865), four a window.
   *
   * <p>Its score is the mean over the windows of the area under the ROC curve on the next window.
   * Its code takes the last window as its own next one; {@link Folds#timeWindows} does not.
   */
  public static final List<TimeWindow> AI_GENBENCH =
      of(
          List.of(
                  "CycleGAN",
                  "CRN",
                  "ProGAN",
                  "StarGAN",
                  "SN-PatchGAN",
                  "BigGAN",
                  "IMLE",
                  "StyleGAN",
                  "GauGAN",
                  "StyleGAN2",
                  "DDPM",
                  "CIPS",
                  "VQGAN",
                  "GANformer",
                  "ADM",
                  "StyleGAN3",
                  "LaMa",
                  "FaceSynthetics",
                  "ProjectedGAN",
                  "Palette",
                  "VQ-Diffusion",
                  "Denoising Diffusion GAN",
                  "GLIDE",
                  "Latent Diffusion",
                  "Midjourney",
                  "MAT",
                  "Diffusion-ProjectedGAN",
                  "Diffusion-StyleGAN2",
                  "Stable Diffusion 1.4",
                  "Stable Diffusion 1.5",
                  "Stable Diffusion 2.1",
                  "DeepFloyd IF",
                  "SDXL",
                  "DALL-E 3",
                  "FLUX.1 dev",
                  "FLUX.1 schnell")
              .stream()
              .map(Generator::named)
              .toList(),
          4);

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty
   * @throws DatasetException if a generator has no date
   */
  public TimeWindow {
    checkArgument(!generators.isEmpty(), "a time window needs at least one generator, got none");
    generators.forEach(TimeWindow::release);
    generators = List.copyOf(generators);
  }

  /**
   * Returns generators in windows of equal size, in the order of their dates. Generators of one day
   * are not divided, so a window may be larger, and the last one smaller.
   *
   * @param generators in any order, each once
   * @param size the least number of generators in a window but the last, at least 1
   * @throws DatasetException if a generator has no date
   * @throws IllegalArgumentException if there is no generator, or the size is not positive
   */
  public static List<TimeWindow> of(Collection<Generator> generators, int size) {
    checkArgument(!generators.isEmpty(), "time windows need at least one generator, got none");
    checkArgument(size > 0, "size of a time window must be positive, got %s", size);
    List<Generator> sorted =
        generators.stream()
            .sorted(
                Comparator.comparing((Generator one) -> release(one).date())
                    .thenComparing(Generator::name))
            .toList();
    List<TimeWindow> windows = new ArrayList<>();
    List<Generator> window = new ArrayList<>();
    for (Generator generator : sorted) {
      boolean sameDay =
          !window.isEmpty()
              && release(window.get(window.size() - 1)).date().equals(release(generator).date());
      if (window.size() >= size && !sameDay) {
        windows.add(new TimeWindow(window));
        window = new ArrayList<>();
      }
      window.add(generator);
    }
    windows.add(new TimeWindow(window));
    return List.copyOf(windows);
  }

  private static Release release(Generator generator) {
    return generator
        .release()
        .orElseThrow(
            () ->
                new DatasetException(
                    "a time window needs the release date of every generator, found none of %s; set it"
                            .formatted(generator)
                        + " with Generator.release, or leave the generator out"));
  }

  /** Returns the first and the last date in a short line. */
  @Override
  public String toString() {
    return "%s to %s"
        .formatted(
            release(generators.get(0)).date(),
            release(generators.get(generators.size() - 1)).date());
  }
}
