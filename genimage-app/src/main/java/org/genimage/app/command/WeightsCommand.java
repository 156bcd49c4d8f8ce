package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.doctor.FileRules;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.CalibrationCertainty;
import org.genimage.eval.Calibrations;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.verdict.VerdictRules;
import org.genimage.models.Blueprint;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks into weights, brings them into genimage's format, chooses their threshold. */
@Command(
    name = "weights",
    description = "Look into weights files, convert them, choose their threshold.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {
      WeightsCommand.Inspect.class,
      WeightsCommand.Convert.class,
      WeightsCommand.Calibrate.class
    },
    footer = {"", "Examples:", "  genimage weights inspect weights.safetensors"})
public final class WeightsCommand {

  private static void checkFile(Path file) {
    Options.check(
        Files.exists(file),
        "expected a file of weights, found nothing at %s; check the path",
        file);
  }

  /** Prints what a file of weights says. */
  @Command(
      name = "inspect",
      sortOptions = false,
      description = "Print what a weights file says about itself, and how many numbers it holds.",
      footer = {"", "Examples:", "  genimage weights inspect weights.safetensors --keys"})
  static final class Inspect implements Callable<Integer> {

    private static final int LONGEST = 200;

    @Parameters(paramLabel = "FILE", description = "a weights file: safetensors or PyTorch")
    private Path file;

    @Option(names = "--keys", description = "also print every key with its shape")
    private boolean keys;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      checkFile(file);
      Terminal terminal = Terminal.of(spec);
      Weights weights = Options.opening(() -> Weights.read(file));
      terminal.print("%-28s %s", "file", file);
      terminal.print("%-28s %d", "arrays", weights.keys().size());
      terminal.print("%-28s %,d", "numbers", weights.size());
      String report = weights.report().toString();
      if (!report.isEmpty()) {
        terminal.print("%-28s %s", "how it was read", report);
      }
      new TreeMap<>(weights.metadata())
          .forEach((key, value) -> terminal.print("%-28s %s", key, shortened(value)));
      if (!DetectorOptions.nameDetector(weights)) {
        terminal.say(
            "The file does not name its detector. Give --detector to the commands that use it.");
      }
      if (keys) {
        for (Map.Entry<String, ?> entry : new TreeMap<>(weights.arrays()).entrySet()) {
          terminal.print("%s %s", entry.getKey(), weights.get(entry.getKey()).shape());
        }
      }
      return ExitCode.DONE;
    }

    private static String shortened(String value) {
      return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + " ...";
    }
  }

  /** Writes weights as genimage does. */
  @Command(
      name = "convert",
      sortOptions = false,
      description = {
        "Rewrite a weights file, such as PyTorch's, as a safetensors file that names its detector.",
        "Other commands then read it without --detector. The new file also holds a hash of its"
            + " content, so that damage is found."
      },
      footer = {
        "",
        "Examples:",
        "  genimage weights convert ferretnet-s-median-3.pth --detector ferretnet-s --out fs.safetensors"
      })
  static final class Convert implements Callable<Integer> {

    @Parameters(
        paramLabel = "FILE",
        arity = "1..*",
        description = "the weights: one file, or several files with a part each")
    private List<Path> files;

    @Option(
        names = "--detector",
        paramLabel = "NAME",
        required = true,
        description = "the detector that the weights belong to")
    private String detector;

    @Mixin private Options.WeightsFile out = new Options.WeightsFile();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      files.forEach(WeightsCommand::checkFile);
      out.check(files);
      Blueprint blueprint = DetectorOptions.named(detector);
      Weights weights = Options.opening(() -> blueprint.read(files));
      try (DifferentiableDetector loaded =
          DetectorOptions.fitting(
              () -> weights, () -> blueprint.load(weights))) { // complete, or an error
        loaded.weights().write(out.file());
        Terminal.of(spec)
            .say(
                "wrote %s: weights of %s, %d arrays",
                out.file(), loaded.name(), weights.keys().size());
      }
      return ExitCode.DONE;
    }
  }

  /** Chooses a threshold or a rule of verdicts. */
  @Command(
      name = "calibrate",
      sortOptions = false,
      description = {
        "Choose when a score means AI: write weights with a new temperature and threshold, or a rule.",
        "They are chosen on images with known labels. Take images that the training has not seen."
            + " Then measure the result on yet other images."
      },
      footer = {
        "",
        "Examples:",
        "  genimage weights calibrate --weights w.safetensors --data photos --out calibrated.safetensors",
        "  genimage weights calibrate --weights w.safetensors --data photos --out judged.safetensors \\",
        "      --false-accusations 0.01 --missed 0.05"
      })
  static final class Calibrate implements Callable<Integer> {

    private static final int RESAMPLES = 200;

    @Mixin private DetectorOptions detector = new DetectorOptions();

    @Option(
        names = "--data",
        paramLabel = "DIR",
        required = true,
        description = "a folder in GenImage's layout, whose validation images are scored")
    private Path data;

    @Mixin private Options.WeightsFile out = new Options.WeightsFile();

    @Option(
        names = "--false-accusations",
        paramLabel = "RATE",
        defaultValue = "0.01",
        description =
            "at most this share of natural images may count as AI (default: ${DEFAULT-VALUE})")
    private double falseAccusations;

    @Option(
        names = "--missed",
        paramLabel = "RATE",
        description =
            "choose a rule whose verdict may be 'unsure', instead of a threshold: at most this share"
                + " of AI images may count as natural")
    private Optional<Double> missed = Optional.empty();

    @Mixin private Options.Unreadable unreadable = new Options.Unreadable();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      checkRate("--false-accusations", falseAccusations);
      missed.ifPresent(rate -> checkRate("--missed", rate));
      unreadable.check();
      detector.check();
      Options.checkFolder("--data", data);
      out.check(detector.places());
      Terminal terminal = Terminal.of(spec);
      ImageDataset images = Options.opening(() -> GenImage.open(data).validation());
      try (DifferentiableDetector loaded = detector.load(terminal)) {
        EvaluationResult result = terminal.scored("Scoring", loaded, images, unreadable.policy());
        terminal
            .during(
                "Reading file properties",
                images.size(),
                progress -> FileRules.of(images, progress))
            .warning()
            .ifPresent(warning -> terminal.say("warning: %s", warning));
        if (missed.isPresent()) {
          VerdictRule rule = VerdictRules.of(falseAccusations, missed.get()).choose(result, images);
          rule.on(loaded.weights()).write(out.file());
          terminal.print("%s", rule);
          terminal.print("%s", rule.sentences());
        } else {
          CalibrationCertainty certainty =
              CalibrationCertainty.of(
                  scores -> Calibrations.forFalsePositiveRate(falseAccusations, scores),
                  result.scores(),
                  Bootstrap.seeded(1).resamples(RESAMPLES));
          Calibration calibration = certainty.calibration();
          loaded.weights().calibrated(calibration).write(out.file());
          terminal.print("temperature %.4f", calibration.temperature());
          terminal.print("threshold %.4f", calibration.threshold());
          terminal.print("%s", certainty.sentence());
        }
        terminal.say("weights: %s", out.file().toAbsolutePath().normalize());
      }
      return ExitCode.DONE;
    }

    private static void checkRate(String option, double rate) {
      Options.check(
          rate > 0 && rate < 1,
          "%s: expected a share between 0 and 1, such as 0.05, found %s",
          option,
          rate);
    }
  }
}
