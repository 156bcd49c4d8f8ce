package org.genimage.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.LimitedFiles;
import org.genimage.data.internal.PlainNames;
import org.genimage.data.internal.TextFiles;
import org.genimage.data.internal.WholeFiles;

/** Reads a user's list of images. */
final class Manifest {

  private static final String EXPECTED =
      "expected path, label (nature, real or 0; ai, fake or 1) and perhaps generator";

  private final Path file;
  private final Generator byDefault;
  private final Map<String, Generator> generators = new HashMap<>();

  private Manifest(Path file) {
    this.file = file;
    String name = MoreFiles.getNameWithoutExtension(file);
    this.byDefault = Generator.named(name.isBlank() ? FileNames.of(file) : name);
    for (Generator generator : Generator.GENIMAGE) {
      generators.put(generator.name().toLowerCase(Locale.ROOT), generator);
    }
  }

  /**
   * One line of the list.
   *
   * @param sample the image
   * @param columns all columns of the line that are not empty, by name
   */
  record Row(Sample sample, Map<String, String> columns) {}

  static ImageDataset read(Path file) {
    return ImageDataset.of(rows(file).stream().map(Row::sample).toList());
  }

  static List<Row> rows(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean jsonLines = name.endsWith(".jsonl") || name.endsWith(".ndjson");
    ObjectReader reader =
        jsonLines
            ? new JsonMapper().readerFor(JsonNode.class)
            : CsvMapper.builder()
                .enable(CsvParser.Feature.TRIM_SPACES)
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .build()
                .readerFor(JsonNode.class)
                .with(CsvSchema.emptySchema().withHeader());
    reader = reader.without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    List<Row> found = new ArrayList<>();
    Manifest manifest = new Manifest(file);
    try (Reader text = TextFiles.open(file);
        MappingIterator<JsonNode> rows = reader.readValues(text)) {
      while (true) {
        int line = rows.getCurrentLocation().getLineNr();
        if (!rows.hasNextValue()) {
          break;
        }
        JsonNode row = rows.nextValue();
        Sample sample =
            manifest.sample(
                row, Math.max(line, rows.getCurrentLocation().getLineNr() - (jsonLines ? 0 : 1)));
        found.add(new Row(sample, columns(row)));
      }
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw line < 1 ? manifest.empty() : manifest.wrong(line, e.getOriginalMessage());
    } catch (TextFiles.NotUtf8Exception e) {
      throw new DatasetException(
          "%s: expected a list of images in UTF-8, found a text that is %s"
              .formatted(file, e.getMessage()));
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(
          "%s: expected a list of images, found no file there%s"
              .formatted(file, FileNames.hint(file)),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected a list of images, found none that can be read (%s)"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
    if (found.isEmpty()) {
      throw manifest.empty();
    }
    return found;
  }

  private static Map<String, String> columns(JsonNode row) {
    Map<String, String> columns = new LinkedHashMap<>();
    row.properties()
        .forEach(
            column -> {
              String value = column.getValue().asText("");
              if (!value.isEmpty()) {
                columns.put(column.getKey(), value);
              }
            });
    return columns;
  }

  private Sample sample(JsonNode row, int line) {
    String path = row.path("path").asText("");
    if (path.isEmpty()) {
      boolean semicolons = row.properties().stream().anyMatch(one -> one.getKey().contains(";"));
      throw wrong(
          line,
          semicolons
              ? "semicolons between the columns, where commas must be"
              : "no path in " + row);
    }
    Label label =
        switch (row.path("label").asText("").toLowerCase(Locale.ROOT)) {
          case "nature", "real", "0" -> Label.NATURE;
          case "ai", "fake", "1" -> Label.AI;
          case "" -> throw wrong(line, "no label in " + row);
          default -> throw wrong(line, "label " + row.path("label"));
        };
    Path folder = file.getParent() == null ? file.resolveSibling("") : file.getParent();
    try {
      return new Sample(
          FileNames.text(folder, path),
          LimitedFiles.of(FileNames.written(folder, path)),
          label,
          generator(row.path("generator").asText(""), line));
    } catch (InvalidPathException e) {
      throw wrong(line, "path " + path);
    }
  }

  private Generator generator(String name, int line) {
    if (name.isEmpty()) {
      return byDefault;
    }
    if (name.isBlank() || PlainNames.leadsOut(name)) {
      throw wrong(line, "generator \"%s\", which is a path, not a name".formatted(name));
    }
    return generators.computeIfAbsent(
        name.toLowerCase(Locale.ROOT), lower -> Generator.named(name));
  }

  private DatasetException empty() {
    return new DatasetException(file + ": " + EXPECTED + " in each line, found no line");
  }

  private DatasetException wrong(int line, String found) {
    return new DatasetException("%s, line %s: %s; found %s".formatted(file, line, EXPECTED, found));
  }
}
