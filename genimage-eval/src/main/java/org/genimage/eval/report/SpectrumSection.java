package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;

import java.util.List;

/** Mean Fourier spectra of natural and AI images. */
record SpectrumSection(Spectra spectra) implements Section {

  @Override
  public String html() {
    return """
        <section>
          <h2>Spectra</h2>
          <p class="lead">The mean Fourier spectrum of the images less their 3x3 median: natural images
          on the left, AI images on the right, low frequencies in the middle, one grey scale for both.
          Spots and lines that only the right one has are traces of synthesis, or of how the files
          were stored.</p>
          <div class="spectra">%s</div>
        </section>
        """
        .formatted(
            Html.join(
                List.copyOf(spectra.all().entrySet()),
                entry ->
                    """
                    <figure><img src="%s" alt="Spectrum of natural images"><img src="%s" \
                    alt="Spectrum of AI images"><figcaption>%s, %s images each at most\
                    </figcaption></figure>
                    """
                        .formatted(
                            Thumbnail.png(entry.getValue().nature()),
                            Thumbnail.png(entry.getValue().ai()),
                            escape(entry.getKey().name()),
                            entry.getValue().images())));
  }
}
