package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.interval;
import static org.genimage.eval.report.Html.percent;

import java.util.Optional;
import org.genimage.data.Label;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Proportion;

/** What a score does not prove. */
record LimitsSection(Optional<Scores> evaluated) implements Section {

  @Override
  public String html() {
    return """
        <section class="limits">
          <h2>What a score does not prove</h2>
          <ul>
            <li><strong>A single score is not evidence.</strong> %s Each of them may stand for a
              student, a photographer or an artist who is wrongly accused.</li>
            <li><strong>A score is not a probability of guilt.</strong> %s of these images are by AI.
              Where you use the detector, the share is different, and a score has another
              meaning.</li>
            <li><strong>These numbers hold for images like these.</strong> Another generator, a
              resize, a crop or another JPEG quality can change them completely.</li>
            <li><strong>Groups of people may be treated unequally.</strong> Errors can be more
              frequent for some faces, places or styles, also for groups that were not
              measured.</li>
            <li><strong>The data have faults.</strong> ImageNet, for example, has questionable
              categories and photographs of people who did not consent. A detector learns from
              them.</li>
          </ul>
        </section>
        """
        .formatted(
            evaluated
                .map(LimitsSection::accused)
                .orElse("Every detector accuses some natural images."),
            evaluated
                .map(scores -> percent((double) scores.count(Label.AI) / scores.size()))
                .orElse("About half"));
  }

  private static String accused(Scores scores) {
    if (scores.count(Label.NATURE) == 0) {
      return "The number of natural images that count as AI was not measured.";
    }
    Proportion kept = scores.accuracy(Label.NATURE);
    Proportion accused = new Proportion(kept.total() - kept.count(), kept.total());
    return "Of the natural images here, %s of %s (%s, 95&nbsp;%% interval %s) counted as AI."
        .formatted(
            count(accused.count()),
            count(accused.total()),
            percent(accused.value()),
            interval(accused.wilson()));
  }
}
