package org.genimage.models.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Linux knows of NVIDIA's driver.
 *
 * @param version such as {@code 550.54.15}
 * @param cards models, such as {@code NVIDIA H100 80GB HBM3}
 */
public record NvidiaDriver(String version, List<String> cards) {

  private static final Pattern VERSION = Pattern.compile("\\b\\d{3,}\\.\\d+(\\.\\d+)?\\b");
  private static final Pattern MODEL = Pattern.compile("^Model:\\s*(.*\\S)", Pattern.MULTILINE);

  /** Returns the driver that is loaded, if any; the folder is {@code /proc/driver/nvidia}. */
  public static Optional<NvidiaDriver> read(Path folder) {
    try {
      Matcher version = VERSION.matcher(Files.readString(folder.resolve("version")));
      return version.find()
          ? Optional.of(new NvidiaDriver(version.group(), cards(folder.resolve("gpus"))))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Returns the models that can be read; a container may hide some, or the folder. */
  private static List<String> cards(Path folder) {
    List<String> cards = new ArrayList<>();
    try (DirectoryStream<Path> gpus = Files.newDirectoryStream(folder)) {
      for (Path gpu : gpus) {
        Matcher model = MODEL.matcher(Files.readString(gpu.resolve("information")));
        cards.add(model.find() ? model.group(1) : gpu.getFileName().toString());
      }
    } catch (IOException e) {
      return List.copyOf(cards);
    }
    return List.copyOf(cards);
  }

  /** Returns the first number of the version. */
  public int branch() {
    return Integer.parseInt(version.substring(0, version.indexOf('.')));
  }
}
