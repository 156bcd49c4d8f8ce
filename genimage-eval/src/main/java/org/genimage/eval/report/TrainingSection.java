package org.genimage.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.genimage.eval.report.Table.Cell;

/** Loss, validation accuracy and learning rate of every epoch. */
record TrainingSection(List<TrainingPoint> epochs) implements Section {

  @Override
  public String html() {
    List<OptionalDouble> losses =
        epochs.stream().map(epoch -> OptionalDouble.of(epoch.loss())).toList();
    List<OptionalDouble> accuracies =
        epochs.stream()
            .map(TrainingPoint::validationAccuracy)
            .map(one -> one.isPresent() ? OptionalDouble.of(100 * one.getAsDouble()) : one)
            .toList();
    List<OptionalDouble> rates = epochs.stream().map(TrainingPoint::learningRate).toList();
    return """
        <section>
          <h2>Training</h2>
          <div class="pair">%s%s%s</div>
        </section>
        """
        .formatted(
            figure("Training loss", "training loss, nats", losses, "Mean loss of each epoch."),
            figure(
                "Validation accuracy",
                "validation accuracy, %",
                accuracies,
                "Accuracy on the validation images after each epoch."),
            rate(rates));
  }

  private static String figure(
      String title, String axis, List<OptionalDouble> values, String caption) {
    return values.stream().noneMatch(OptionalDouble::isPresent)
        ? ""
        : "<figure>%s<figcaption>%s</figcaption></figure>"
            .formatted(Charts.epochs(title, axis, values), caption);
  }

  /** Rates are small, so the axis counts a power of ten. */
  private static String rate(List<OptionalDouble> rates) {
    double largest = rates.stream().flatMapToDouble(OptionalDouble::stream).max().orElse(0);
    if (largest == 0) {
      return "";
    }
    int power = (int) Math.floor(Math.log10(largest));
    double unit = Math.pow(10, power);
    List<OptionalDouble> scaled =
        rates.stream()
            .map(one -> one.isPresent() ? OptionalDouble.of(one.getAsDouble() / unit) : one)
            .toList();
    return figure(
        "Learning rate",
        "learning rate, in units of 1e" + power,
        scaled,
        "Learning rate at the end of each epoch.");
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    IntStream.range(0, epochs.size())
        .forEach(
            i ->
                rows.add(
                    List.of(
                        Cell.count(i + 1L),
                        Cell.number(epochs.get(i).loss(), 4),
                        optional(epochs.get(i).validationAccuracy()),
                        optional(epochs.get(i).learningRate()))));
    return List.of(
        new Table(
            "training",
            "Training by epoch",
            List.of("Epoch", "Loss, nats", "Validation accuracy", "Learning rate"),
            rows));
  }

  private static Cell optional(OptionalDouble value) {
    return value.isPresent() ? Cell.number(value.getAsDouble(), 6) : Cell.NONE;
  }
}
