package org.genimage.eval.report;

import static org.genimage.eval.report.Html.decimal;
import static org.genimage.eval.report.Html.escape;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.explanation.Explanation;

/** The images with the most extreme scores, right and wrong, and what their scores come from. */
record GallerySection(
    Scores scores, ImageDataset data, Optional<Function<Image, Explanation>> explainer)
    implements Section {

  private static final int GROUP_SIZE = 6;
  private static final int SIDE = 160;

  private record Key(String name, Label label) {}

  @Override
  public String html() {
    List<List<Score>> groups =
        Stream.of(
                surest(Label.NATURE, false),
                surest(Label.AI, false),
                surest(Label.NATURE, true),
                surest(Label.AI, true))
            .toList();
    Set<Key> shown =
        groups.stream()
            .flatMap(List::stream)
            .map(score -> new Key(score.name(), score.label()))
            .collect(Collectors.toSet());
    Map<Key, Sample> samples = new HashMap<>();
    for (int i = 0; i < data.size(); i++) {
      Key key = new Key(data.sample(i).name(), data.sample(i).label());
      if (shown.contains(key)) {
        samples.put(key, data.sample(i));
      }
    }
    return """
        <section>
          <h2>Most confident decisions</h2>
          <p class="lead">The images with the most extreme scores; score, generator and file are below each. They hint
          at what the detector relies on, but they are not typical.%s</p>
          <div class="gallery">%s%s%s%s</div>
        </section>
        """
        .formatted(
            explainer.isPresent()
                ? " Below each is the view that the detector saw: orange areas speak for AI, blue areas"
                    + " for a natural image, grey ones for neither; the bar is the scale, which is"
                    + " each image's own. The text of each says what full colour stands for. A map"
                    + " shows where a score comes from, not whether it is right."
                : "",
            group("Natural images wrongly accused", false, groups.get(0), samples),
            group("AI images missed", false, groups.get(1), samples),
            group("Natural images recognized", true, groups.get(2), samples),
            group("AI images found", true, groups.get(3), samples));
  }

  private List<Score> surest(Label label, boolean correct) {
    Comparator<Score> rising = Comparator.comparingDouble(Score::value);
    boolean lowestFirst = (label == Label.NATURE) == correct;
    return scores.all().stream()
        .filter(one -> one.label() == label && one.correct(scores.threshold()) == correct)
        .sorted(lowestFirst ? rising : rising.reversed())
        .limit(GROUP_SIZE)
        .toList();
  }

  private String group(
      String heading, boolean correct, List<Score> surest, Map<Key, Sample> samples) {
    return """
        <div class="group"><h3><span class="sign %s">%s</span> %s</h3>%s</div>
        """
        .formatted(
            correct ? "right" : "wrong",
            correct ? "✓" : "✗",
            heading,
            surest.isEmpty()
                ? "<p class=\"none\">none</p>"
                : "<ul>"
                    + Html.join(
                        surest,
                        score ->
                            picture(
                                score,
                                Optional.ofNullable(
                                    samples.get(new Key(score.name(), score.label())))))
                    + "</ul>");
  }

  private String picture(Score score, Optional<Sample> sample) {
    String name = escape(score.name());
    return """
        <li title="%s">%s<span class="number">%s</span> <span>%s</span><span class="file">%s</span></li>
        """
        .formatted(
            name,
            sample
                .flatMap(GallerySection::read)
                .map(
                    image ->
                        "<img src=\"%s\" alt=\"%s\">"
                                .formatted(Thumbnail.png(Thumbnail.square(image, SIDE)), name)
                            + explainer.map(one -> explanation(one.apply(image))).orElse(""))
                .orElse("<span class=\"gone\">no longer readable</span>"),
            decimal(score.value()),
            escape(score.generator().name()),
            escape(score.name().substring(score.name().lastIndexOf('/') + 1)));
  }

  private static String explanation(Explanation explanation) {
    return """
        <img class="map" src="%s" alt="map of areas"><details><summary>the map</summary>%s</details>
        """
        .formatted(
            Thumbnail.png(Thumbnail.within(explanation.drawing(), SIDE)),
            escape(explanation.caption()));
  }

  private static Optional<Image> read(Sample sample) {
    try {
      return Optional.of(sample.image());
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }
}
