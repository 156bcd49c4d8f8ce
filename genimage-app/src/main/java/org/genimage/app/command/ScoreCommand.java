package org.genimage.app.command;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.models.DifferentiableDetector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scores images: how much do they resemble those that AI made? */
@Command(
    name = "score",
    sortOptions = false,
    description = {
      "Score images: how much does each resemble images that an AI made?",
      "0 means natural, 1 means AI-made. A score is no proof. What the file says of its own origin"
          + " stands beside the score, is not verified and does not change it."
    },
    footer = {
      "",
      "Examples:",
      "  genimage score photo.jpg",
      "  genimage score photos/ 'more/*.png' --format csv > scores.csv",
      "  curl -s https://example.com/photo.jpg | genimage score -",
      "  genimage score photo.jpg --weights ferretnet-s",
      "  genimage score photo.jpg --weights genimage-quickstart/resnet50.safetensors"
    })
public final class ScoreCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "files, folders with all folders in them, patterns such as 'photos/*.jpg', or - for one"
              + " image on standard input")
  private List<String> images;

  @Mixin private DetectorOptions detector = new DetectorOptions();

  @Option(
      names = "--threshold",
      paramLabel = "X",
      description =
          "scores above X, from 0 to 1, count as AI-made (default: the weights' rule, which may be"
              + " unsure, or their threshold)")
  private Optional<Double> threshold = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "table",
      description = "table, csv or jsonl: a JSON object in each line (default: ${DEFAULT-VALUE})")
  private ScoreLines.Format format;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    threshold.ifPresent(
        value -> {
          if (!(value >= 0 && value <= 1)) {
            throw new UsageException(
                "--threshold: expected a number from 0 to 1, found %s".formatted(value));
          }
        });
    detector.check();
    List<Input> inputs = InputPaths.of(images, System.in);
    Terminal terminal = Terminal.of(spec);
    try (DifferentiableDetector loaded = detector.load(terminal)) {
      Decision decision = Decision.of(loaded, threshold);
      terminal.say("%s: %s", loaded.name(), decision);
      if (SimulatedTraining.of(loaded)) {
        terminal.say("warning: %s", SimulatedTraining.WARNING);
      }
      long failed = score(loaded, decision, inputs);
      terminal.say(
          "A score is no proof: it says how much an image resembles AI-made images of the");
      terminal.say("training. What files say of themselves is not verified and changes no score.");
      if (failed > 0) {
        terminal.say("%d of %d images have no score", failed, inputs.size());
      }
      return failed > 0 ? ExitCode.FAILED : ExitCode.DONE;
    }
  }

  private long score(DifferentiableDetector loaded, Decision decision, List<Input> inputs) {
    ScoreLines lines =
        ScoreLines.of(format, spec.commandLine().getOut(), loaded.name(), decision, inputs);
    lines.begin();
    ScoringPass pass = new ScoringPass(loaded, decision, inputs);
    long failed = 0;
    while (pass.hasNext()) {
      ScoredInput one = pass.next();
      lines.write(one);
      failed += one.failed() ? 1 : 0;
    }
    return failed;
  }
}
