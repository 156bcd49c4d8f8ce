package org.genimage.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.genimage.eval.Degradation;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Proportion;

/** Curves of accuracy over the level of each degradation. */
record DegradationSection(List<DegradedAccuracy> measured) implements Section {

  @Override
  public String html() {
    List<String> kinds =
        measured.stream()
            .map(one -> one.degradation().kind())
            .filter(kind -> !kind.isEmpty())
            .distinct()
            .toList();
    return """
        <section>
          <h2>Degraded images</h2>
          <p class="lead">Accuracy on the same images after they were shrunk, compressed or blurred, as
          happens to images on the web. Bars are 95&nbsp;%% intervals; the dashed line is
          guessing.</p>
          <div class="pair">%s</div>
          %s
        </section>
        """
        .formatted(Html.join(kinds, this::figure), tables().get(0).html());
  }

  private String figure(String kind) {
    List<Degradation> levels =
        measured.stream()
            .map(DegradedAccuracy::degradation)
            .filter(one -> one.kind().equals(kind))
            .distinct()
            .sorted(strength())
            .collect(Collectors.toCollection(ArrayList::new));
    String unit = levels.get(0).unit();
    if (measured.stream().anyMatch(one -> one.degradation().equals(Degradation.NONE))) {
      levels.add(0, Degradation.NONE);
    }
    List<String> ticks =
        levels.stream()
            .map(one -> one.kind().isEmpty() ? "none" : Html.number(one.level()))
            .toList();
    Map<String, List<Optional<Proportion>>> series = new LinkedHashMap<>();
    for (String name : measured.stream().map(DegradedAccuracy::series).distinct().toList()) {
      series.put(name, levels.stream().map(level -> find(name, level)).toList());
    }
    return "<figure>%s</figure>".formatted(Charts.lines(kind, kind + ", " + unit, ticks, series));
  }

  /** Weakest first: blur is stronger at a higher level, the other kinds at a lower one. */
  private static Comparator<Degradation> strength() {
    Comparator<Degradation> rising = Comparator.comparingDouble(Degradation::level);
    return (one, other) ->
        one.kind().equals("Blur") ? rising.compare(one, other) : rising.compare(other, one);
  }

  private Optional<Proportion> find(String series, Degradation degradation) {
    return measured.stream()
        .filter(one -> one.series().equals(series))
        .filter(one -> one.degradation().name().equals(degradation.name()))
        .map(DegradedAccuracy::accuracy)
        .findFirst();
  }

  @Override
  public List<Table> tables() {
    return List.of(
        new Table(
            "degradations",
            "Accuracy on degraded images",
            List.of("Of", "Degradation", "Images", "Accuracy, %", "95 % interval"),
            measured.stream()
                .map(
                    one ->
                        Cell.accuracy(
                            one.accuracy(),
                            Cell.text(one.series()),
                            Cell.text(
                                one.degradation().kind().isEmpty()
                                    ? "none"
                                    : one.degradation().name())))
                .toList()));
  }
}
