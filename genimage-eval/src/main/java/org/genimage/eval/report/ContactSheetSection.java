package org.genimage.eval.report;

import static org.genimage.eval.report.Html.escape;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;

/** AI images of each generator at equal distances in the dataset; the paper shows 180 each. */
record ContactSheetSection(ImageDataset data, int samples) implements Section {

  private static final int SIDE = 64;
  private static final int COLUMNS = 15;
  private static final int FEWEST_COLUMNS = 8;

  @Override
  public String html() {
    Map<Generator, List<Integer>> images = new LinkedHashMap<>();
    for (int i = 0; i < data.size(); i++) {
      Sample sample = data.sample(i);
      if (sample.label() == Label.AI) {
        images.computeIfAbsent(sample.generator(), key -> new ArrayList<>()).add(i);
      }
    }
    StringBuilder sheets = new StringBuilder();
    images.forEach(
        (generator, indices) ->
            sheet(indices)
                .ifPresent(
                    sheet ->
                        sheets.append(
                            "<figure class=\"sheet\"><img src=\"%s\" alt=\"Samples of %s\"><figcaption>%s</figcaption></figure>"
                                .formatted(
                                    Thumbnail.jpeg(sheet),
                                    escape(generator.name()),
                                    escape(generator.name())))));
    return """
        <section>
          <h2>Samples</h2>
          <p class="lead">Some AI images of each generator, at equal distances in the dataset.</p>
          %s
        </section>
        """
        .formatted(sheets);
  }

  /** Returns a sheet whose rows are all full; empty if no image can be read. */
  private Optional<BufferedImage> sheet(List<Integer> indices) {
    int count = Math.min(samples, indices.size());
    List<Image> thumbnails =
        IntStream.range(0, count)
            .parallel()
            .map(i -> indices.get((int) ((long) i * indices.size() / count)))
            .mapToObj(this::thumbnail)
            .filter(Objects::nonNull)
            .toList();
    if (thumbnails.isEmpty()) {
      return Optional.empty();
    }
    int columns = columns(thumbnails.size());
    int rows = thumbnails.size() / columns;
    BufferedImage sheet =
        new BufferedImage(SIDE * columns, SIDE * rows, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    for (int i = 0; i < rows * columns; i++) {
      graphics.drawImage(
          thumbnails.get(i).toBufferedImage(),
          SIDE * (i % columns),
          SIDE * (i / columns),
          SIDE,
          SIDE,
          null);
    }
    graphics.dispose();
    return Optional.of(sheet);
  }

  /** Returns the number of columns that leaves out the fewest images: all rows are full. */
  static int columns(int images) {
    if (images <= COLUMNS) {
      return images;
    }
    int best = COLUMNS;
    for (int columns = COLUMNS; columns >= FEWEST_COLUMNS; columns--) {
      if (images % columns < images % best) {
        best = columns;
      }
    }
    return best;
  }

  private Image thumbnail(int index) {
    try {
      return Thumbnail.square(data.sample(index).image(), SIDE);
    } catch (UnreadableImageException e) {
      return null;
    }
  }
}
