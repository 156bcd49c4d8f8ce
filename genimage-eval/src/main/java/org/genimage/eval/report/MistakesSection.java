package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.decimal;
import static org.genimage.eval.report.Html.escape;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;

/**
 * Every wrongly decided image, the surest first: a table that can be sorted, with pictures that lie
 * in a folder beside the page.
 *
 * @param samples the images of the mistakes that are shown, in order; empty for those that the
 *     dataset does not have
 */
record MistakesSection(Scores scores, List<Score> mistakes, List<Optional<Sample>> samples)
    implements Section {

  /** More are in the files of scores, and hardly looked at. */
  static final int MOST = 1000;

  private static final int SIDE = 512;
  private static final int QUALITY = 92;

  private record Key(String name, Label label, String generator) {}

  static MistakesSection of(Scores scores, ImageDataset images) {
    List<Score> mistakes =
        scores.all().stream()
            .filter(score -> !score.correct(scores.threshold()))
            .sorted(
                Comparator.comparingDouble(
                    (Score score) -> -Math.abs(score.value() - scores.threshold())))
            .toList();
    List<Score> shown = mistakes.subList(0, Math.min(MOST, mistakes.size()));
    Map<Key, Integer> places = new HashMap<>();
    for (int i = 0; i < shown.size(); i++) {
      Score score = shown.get(i);
      places.put(new Key(score.name(), score.label(), score.generator().name()), i);
    }
    List<Optional<Sample>> samples = new ArrayList<>();
    shown.forEach(score -> samples.add(Optional.empty()));
    for (int i = 0; i < images.size() && !places.isEmpty(); i++) {
      Sample sample = images.sample(i);
      Integer place = places.get(new Key(sample.name(), sample.label(), sample.generator().name()));
      if (place != null) {
        samples.set(place, Optional.of(sample));
      }
    }
    return new MistakesSection(scores, mistakes, samples);
  }

  /** Returns the pictures by their names in the folder. */
  ImmutableMap<String, ByteSource> pictures() {
    ImmutableMap.Builder<String, ByteSource> pictures = ImmutableMap.builder();
    for (int i = 0; i < samples.size(); i++) {
      int place = i;
      samples.get(i).ifPresent(sample -> pictures.put(file(place), new Picture512(sample)));
    }
    return pictures.buildOrThrow();
  }

  /** A picture of at most 512 pixels, made when it is written. */
  private static final class Picture512 extends ByteSource {
    private final Sample sample;

    Picture512(Sample sample) {
      this.sample = sample;
    }

    @Override
    public InputStream openStream() {
      return new ByteArrayInputStream(Thumbnail.within(sample.image(), SIDE).toJpeg(QUALITY));
    }
  }

  /** Returns the length of the folder that all names begin with. */
  private static int folder(List<Score> shown) {
    String common = shown.isEmpty() ? "" : shown.get(0).name();
    for (Score score : shown) {
      common = Strings.commonPrefix(common, score.name());
    }
    return common.lastIndexOf('/') + 1;
  }

  private static String file(int place) {
    return Html.format("%04d.jpg", place + 1);
  }

  @Override
  public String html() {
    StringBuilder rows = new StringBuilder();
    int folder = folder(mistakes.subList(0, samples.size()));
    for (int i = 0; i < samples.size(); i++) {
      rows.append(row(i, folder));
    }
    return """
        <section>
          <h2>All mistakes</h2>
          <p class="lead">%s of %s images are decided wrongly%s. The surest mistakes come first; the
          heads of the columns sort. A picture opens in full size; pictures lie in the folder
          <code>%s</code> beside this page.</p>
          %s
        </section>
        """
        .formatted(
            count(mistakes.size()),
            count(scores.size()),
            mistakes.size() > samples.size()
                ? "; the table has the surest " + count(samples.size())
                : "",
            Report.PICTURES,
            mistakes.isEmpty()
                ? ""
                : """
                  <div class="table mistakes" tabindex="0" role="region" aria-label="All mistakes"><table class="sortable">
                    <thead><tr>%s</tr></thead>
                    <tbody>%s</tbody>
                  </table></div>
                  """
                    .formatted(
                        "<th scope=\"col\">Picture</th>"
                            + Html.join(
                                List.of("File", "Generator", "Is", "Says", "Score"),
                                head ->
                                    "<th scope=\"col\"><button type=\"button\">%s</button></th>"
                                        .formatted(head)),
                        rows));
  }

  private String row(int place, int folder) {
    Score score = mistakes.get(place);
    String name = escape(score.name());
    String picture =
        samples
            .get(place)
            .map(
                sample ->
                    "<a href=\"%1$s/%2$s\"><img loading=\"lazy\" src=\"%1$s/%2$s\" alt=\"%3$s\"></a>"
                        .formatted(Report.PICTURES, file(place), name))
            .orElse("not in the dataset");
    boolean ai = score.label() == Label.AI;
    return "<tr><td>%s</td><td class=\"file\" title=\"%s\">%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n"
        .formatted(
            picture,
            name,
            escape(score.name().substring(folder)),
            escape(score.generator().name()),
            ai ? "AI" : "natural",
            ai ? "natural" : "AI",
            decimal(score.value()));
  }

  @Override
  public List<Table> tables() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Score score : mistakes.subList(0, samples.size())) {
      rows.add(
          List.of(
              Cell.text(score.name()),
              Cell.text(score.generator().name()),
              Cell.text(score.label() == Label.AI ? "AI" : "natural"),
              Cell.number(score.value(), 4)));
    }
    return List.of(
        new Table(
            "mistakes",
            "Images that are decided wrongly, the surest first",
            List.of("File", "Generator", "Is", "Score"),
            rows));
  }
}
