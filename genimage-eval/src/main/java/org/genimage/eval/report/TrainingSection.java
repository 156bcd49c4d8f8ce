package org.genimage.eval.report;

import java.util.List;

/** The loss of every epoch. */
record TrainingSection(List<Double> losses) implements Section {

  @Override
  public String html() {
    return """
        <section>
          <h2>Training</h2>
          <div class="pair"><figure>%s<figcaption>Mean loss of each epoch.</figcaption></figure></div>
        </section>
        """
        .formatted(Charts.loss(losses));
  }
}
