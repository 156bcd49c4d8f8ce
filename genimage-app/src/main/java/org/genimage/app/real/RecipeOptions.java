package org.genimage.app.real;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.genimage.app.command.Options;
import org.genimage.models.Blueprint;
import picocli.CommandLine.Option;

/** Values that replace those of a detector's recipe; where several are given, each is tried. */
final class RecipeOptions {

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "training images of all epochs together, in whole epochs: at least one (default: the"
              + " recipe's)")
  private Optional<Integer> samples = Optional.empty();

  @Option(
      names = "--rate",
      paramLabel = "X",
      split = ",",
      description =
          "the highest learning rate, or several with commas to try one after the other (default:"
              + " the recipe's)")
  private List<Double> rates = new ArrayList<>();

  @Option(
      names = "--crop",
      paramLabel = "PIXELS",
      split = ",",
      description =
          "side of the training images, or several with commas to try (default: the recipe's)")
  private List<Integer> crops = new ArrayList<>();

  @Option(
      names = "--recompressed",
      paramLabel = "SHARE",
      split = ",",
      description =
          "share of the training images that are compressed again as JPEG, 0 to 1, or several with"
              + " commas to try (default: the recipe's)")
  private List<Double> recompressed = new ArrayList<>();

  /**
   * One recipe of a detector.
   *
   * @param values the values that replace the recipe's own, such as {@code -rate-0.003}; empty if
   *     none does
   */
  record Trial(Blueprint published, RealRecipe recipe, String values) {

    private Trial with(String name, Number value, RealRecipe changed) {
      return new Trial(
          published, changed, "%s-%s-%s".formatted(values, name, RealFigures.plain(value)));
    }
  }

  /**
   * Checks the values.
   *
   * @param mayChoose whether several values may be tried
   * @param side of what is scored, in pixels
   * @throws org.genimage.app.command.UsageException if one is out of range, or if several are given
   *     where nothing may be chosen
   */
  void check(boolean mayChoose, int side) {
    samples.ifPresent(count -> Options.checkPositive("--samples", count));
    for (int crop : crops) {
      Options.checkPositive("--crop", crop);
      Options.check(crop <= side, "--crop must be at most --side, %s, got %s", side, crop);
    }
    for (double rate : rates) {
      Options.check(
          rate > 0 && Double.isFinite(rate), "--rate must be a number above 0, got %s", rate);
    }
    for (double share : recompressed) {
      Options.check(
          share >= 0 && share <= 1, "--recompressed must be between 0 and 1, got %s", share);
    }
    int most = Math.max(rates.size(), Math.max(crops.size(), recompressed.size()));
    Options.check(
        mayChoose || most <= 1,
        "held-out images choose nothing, so --rate, --crop and --recompressed take one value with"
            + " --test held-out; choose among several with --test folds");
  }

  /**
   * Returns every combination of the values for a detector, in their order.
   *
   * @param side of what is scored, in pixels; training images are never larger
   */
  List<Trial> trials(Blueprint published, int side) {
    RealRecipe usual = RealRecipe.of(published);
    RealRecipe own = usual.crop(Math.min(usual.crop(), side));
    List<Trial> trials = List.of(new Trial(published, samples.map(own::samples).orElse(own), ""));
    trials =
        each(trials, rates, (trial, rate) -> trial.with("rate", rate, trial.recipe().rate(rate)));
    trials =
        each(trials, crops, (trial, crop) -> trial.with("crop", crop, trial.recipe().crop(crop)));
    return each(
        trials,
        recompressed,
        (trial, share) -> trial.with("recompressed", share, trial.recipe().recompressed(share)));
  }

  private static <T> List<Trial> each(
      List<Trial> trials, List<T> values, BiFunction<Trial, T, Trial> change) {
    return values.isEmpty()
        ? trials
        : trials.stream()
            .flatMap(trial -> values.stream().distinct().map(value -> change.apply(trial, value)))
            .toList();
  }
}
