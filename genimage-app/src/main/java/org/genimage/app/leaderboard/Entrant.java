package org.genimage.app.leaderboard;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.app.command.DetectorOptions;
import org.genimage.app.command.Options;
import org.genimage.app.command.Terminal;
import org.genimage.eval.DetectorIdentity;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;

/**
 * A detector of the command line.
 *
 * @param label the name of its row: the detector's, with that of its file if another row has the
 *     same
 * @param options that load it
 * @param weights SHA-256 of its weights
 * @param key SHA-256 of all that decides its figures: weights, where they come from, calibration,
 *     verdict rule, input and precision
 */
record Entrant(String label, DetectorOptions options, String weights, String key) {

  /**
   * Loads each detector once, which shows that it can be, before any work is done.
   *
   * @param arguments one for each detector
   * @throws org.genimage.app.command.UsageException if one cannot be loaded, or two would have the
   *     same label
   */
  static List<Entrant> of(List<NamedPlace> arguments, Terminal terminal) {
    Map<String, Entrant> entrants = new LinkedHashMap<>();
    for (NamedPlace argument : arguments) {
      DetectorOptions options = options(argument);
      try (DifferentiableDetector detector = options.load(terminal)) {
        String label = label(detector.name(), argument, entrants);
        String weights = weights(detector);
        entrants.put(label, new Entrant(label, options, weights, key(detector, weights, options)));
      }
    }
    return List.copyOf(entrants.values());
  }

  /** Returns how a detector is loaded. */
  static DetectorOptions options(NamedPlace argument) {
    return DetectorOptions.ofSeveral(argument.place(), argument.name());
  }

  private static String label(String name, NamedPlace argument, Map<String, Entrant> taken) {
    if (!taken.containsKey(name)) {
      return name;
    }
    String label =
        "%s (%s)".formatted(name, MoreFiles.getNameWithoutExtension(Path.of(argument.place())));
    Options.check(
        !taken.containsKey(label),
        "--weights: expected each detector once, found %s twice; rename one of the files",
        label);
    return label;
  }

  private static String weights(Detector detector) {
    return DetectorIdentity.of(detector)
        .weights()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: expected a detector that hands out its weights, found one that does not; a"
                            .formatted(detector.name())
                        + " leaderboard could not tell it from others"));
  }

  private static String key(Detector detector, String weights, DetectorOptions options) {
    List<String> premises = new ArrayList<>(List.of(detector.name(), weights));
    premises.add(detector.calibration().toString());
    premises.add(detector.verdictRule().toString());
    premises.add(detector.input().toString());
    premises.add(options.precision().toString());
    premises.add(new TreeMap<>(detector.provenance()).toString());
    return Hashing.sha256()
        .hashString(String.join("\n", premises), StandardCharsets.UTF_8)
        .toString();
  }
}
