package org.genimage.app.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.genimage.attacks.Attack;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.AttackSweep;
import org.genimage.attacks.AttackedFolder;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.attacks.SweepResult;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.Evaluation;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.RobustnessRow;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Attacks a trained detector with FGSM, PGD, CW-L2 and Square. Writes a report with originals,
 * changes and attacked images side by side, and the attacked images as a dataset.
 */
@Command(
    name = "attack",
    sortOptions = false,
    description = {
      "Attack a detector with FGSM, PGD, CW-L2 and Square, and write an HTML report with"
          + " originals, changes and attacked images side by side.",
      "Without --data the images are simulated."
    },
    footer = {
      "",
      "Examples:",
      "  genimage attack --weights genimage-quickstart/resnet50.safetensors",
      "  genimage attack --weights ferretnet-s --data GenImage --images 100"
    })
public final class AttackCommand implements Callable<Integer> {

  private static final Budget BUDGET = Budget.linf(2 / 255.0);
  private static final List<Budget> BUDGETS =
      List.of(
          Budget.linf(0.5 / 255),
          Budget.linf(1 / 255.0),
          Budget.linf(2 / 255.0),
          Budget.linf(4 / 255.0),
          Budget.linf(8 / 255.0));

  @Mixin private DetectorOptions detector = new DetectorOptions();

  @Mixin private Options.Images data = new Options.Images();

  @Mixin private Options.Output out = new Options.Output("genimage-attack-report");

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "32",
      description = "number of validation images to attack (default: ${DEFAULT-VALUE})")
  private int images;

  @Option(
      names = "--cw-steps",
      paramLabel = "N",
      defaultValue = "50",
      description =
          "steps of the attack CW-L2 for each of the 4 constants that it tries, the first of which is"
              + " 0.1 (default: ${DEFAULT-VALUE})")
  private int cwSteps;

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "how often the attack Square asks the detector about an image (default: ${DEFAULT-VALUE})")
  private int queries;

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    detector.check();
    data.check();
    Options.checkPositive("--images", images);
    Options.checkPositive("--cw-steps", cwSteps);
    Options.checkPositive("--queries", queries);
    out.check();
    Outputs.checkFile("--out", out.report(), Outputs.Kind.REPORT, List.of());
    try (DifferentiableDetector victim = detector.load(terminal)) {
      Path folder =
          data.folder()
              .orElseGet(() -> SimulatedFolder.below(out.folder(), seed.value(), terminal));
      ImageDataset chosen =
          Options.opening(() -> GenImage.open(folder).validation().draw(images, seed.value()));
      for (String attack : List.of("FGSM", "PGD", "CW-L2", "Square")) {
        folder(attack).check(chosen);
      }
      SideBySide clean =
          SideBySide.run(Evaluation.of(victim, chosen), List.of(Alignment.jpegOfBoth(96)));
      clean.warning().ifPresent(warning -> terminal.say("warning: %s", warning));
      DetectorIdentity identity = DetectorIdentity.of(victim);
      List<AttackResult> results = new ArrayList<>();
      List<String> warnings = new ArrayList<>();
      List<SweepResult> sweeps = new ArrayList<>();
      Outputs.reporting(
          () -> attackAll(victim, chosen, results, sweeps, warnings),
          () -> write(report(identity, clean, results, sweeps, warnings)));
      warnings.forEach(warning -> terminal.say("warning: %s", warning));
      terminal.say("report: %s", out.report().toAbsolutePath().normalize().toUri());
    }
    return ExitCode.DONE;
  }

  private void write(Report report) {
    report.write(out.report());
  }

  /** Adds each result as soon as it is there. */
  private void attackAll(
      DifferentiableDetector victim,
      ImageDataset chosen,
      List<AttackResult> results,
      List<SweepResult> sweeps,
      List<String> warnings) {
    results.add(attack(Attacks.fgsm(BUDGET), victim, chosen));
    AttackResult pgd = attack(Attacks.pgd(BUDGET, 0.5 / 255, 10, seed.value()), victim, chosen);
    results.add(pgd);
    results.add(attack(Attacks.cwL2().searchSteps(4).steps(cwSteps).constant(0.1), victim, chosen));
    AttackResult square = attack(Attacks.square(BUDGET, queries, seed.value()), victim, chosen);
    results.add(square);
    SweepResult sweep =
        terminal.during(
            "Attacking with FGSM, %s budgets".formatted(BUDGETS.size()),
            chosen.size(),
            progress -> AttackSweep.of(Attacks::fgsm, BUDGETS).against(victim, chosen));
    sweeps.add(sweep);
    warnings.addAll(sweep.warnings());
    results.forEach(result -> warnings.addAll(result.warnings()));
    pgd.maskedGradients(square).ifPresent(warnings::add);
  }

  private <D extends Detector> AttackResult attack(
      Attack<D> attack, D victim, ImageDataset chosen) {
    AttackedFolder folder = folder(attack.name());
    AttackResult result =
        terminal.during(
            "Attacking with " + attack.name() + " " + attack.budget(),
            chosen.size(),
            progress ->
                AttackRun.of(attack).progress(progress).sink(folder).against(victim, chosen));
    folder.manifest(result);
    terminal.print("%s", result);
    return result;
  }

  private AttackedFolder folder(String attack) {
    return AttackedFolder.at(out.resolve("attacked").resolve(attack));
  }

  private Report report(
      DetectorIdentity identity,
      SideBySide clean,
      List<AttackResult> results,
      List<SweepResult> sweeps,
      List<String> warnings) {
    List<RobustnessRow> rows = results.stream().map(AttackSection::row).toList();
    Map<String, String> manifest = new LinkedHashMap<>(RunManifest.of(spec));
    results.forEach(
        result -> manifest.put(result.attack(), result.budget() + ", " + result.settings()));
    Report.Builder report =
        Report.builder(clean.published().detector() + " under attack", clean.published())
            .data("%s validation images; attacked images are stored in 8 bits".formatted(images))
            .aligned(clean)
            .robustness(rows)
            .section(new AttackSection(results, sweeps, warnings))
            .identity(identity)
            .manifest(manifest);
    if (data.areSimulated()) {
      report.simulated(
          "SimulatedGenImage rendered every image. The results say nothing about real images.");
    }
    return report.build();
  }
}
