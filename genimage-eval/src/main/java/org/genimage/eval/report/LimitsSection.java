package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.interval;
import static org.genimage.eval.report.Html.percent;

import org.genimage.data.Label;
import org.genimage.eval.Proportion;
import org.genimage.eval.Scores;

/** What a score does not prove. */
record LimitsSection(Scores scores) implements Section {

  @Override
  public String html() {
    return """
        <section class="limits">
          <h2>What a score does not prove</h2>
          <ul>
            <li><strong>One score is no evidence.</strong> %s Behind each there may be a
              student, a photographer or an artist, wrongly accused.</li>
            <li><strong>A score is no probability of guilt.</strong> %s of these images are by AI.
              Where you use the detector the share is another, and so is what a score is
              worth.</li>
            <li><strong>These numbers hold for images like these.</strong> Another generator, a
              resize, a crop or another JPEG quality can undo them.</li>
            <li><strong>Groups of people may fare differently.</strong> Errors can be more frequent
              for some faces, places or styles, and a group that was not measured may be one of
              them.</li>
            <li><strong>Data have faults of their own.</strong> ImageNet, for one, has odd
              categories and photographs of people who were never asked; a detector learns from
              whatever is there.</li>
          </ul>
        </section>
        """
        .formatted(accused(), percent((double) scores.count(Label.AI) / scores.size()));
  }

  private String accused() {
    if (scores.count(Label.NATURE) == 0) {
      return "How many natural images it takes for AI was not measured.";
    }
    Proportion kept = scores.accuracy(Label.NATURE);
    Proportion accused = new Proportion(kept.total() - kept.count(), kept.total());
    return "Of the natural images here, %s of %s (%s, 95&nbsp;%% interval %s) were taken for AI."
        .formatted(
            count(accused.count()),
            count(accused.total()),
            percent(accused.value()),
            interval(accused.wilson()));
  }
}
