package org.genimage.models.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.genimage.models.nn.Parameter;

/**
 * Where a network's keys stand among those of a file: under a prefix, as a training program puts it
 * that holds the network as a part, such as {@code model.}.
 *
 * @param prefixes those under which every required key stands; if there is none, the one under
 *     which most stand, if more than half do
 * @param whole whether every required key stands there
 */
record KeyPlace(List<String> prefixes, boolean whole) {

  private static final int MAX_PREFIXES = 100;

  /**
   * Returns the places, {@code ""} among them.
   *
   * @param entries the network's
   * @param keys the file's
   */
  static KeyPlace of(Collection<Parameter> entries, Set<String> keys) {
    List<String> required =
        entries.stream()
            .filter(entry -> entry.role().required())
            .map(Parameter::key)
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();
    if (required.isEmpty()) {
      return new KeyPlace(List.of(), false);
    }
    List<String> whole = new ArrayList<>();
    String best = "";
    long most = 0;
    // The longest keys name a place best; several, since a file may lack one.
    for (String prefix : prefixes(required.subList(0, Math.min(3, required.size())), keys)) {
      long found = required.stream().filter(key -> keys.contains(prefix + key)).count();
      if (found == required.size()) {
        whole.add(prefix);
      }
      if (found > most) {
        best = prefix;
        most = found;
      }
    }
    if (!whole.isEmpty()) {
      return new KeyPlace(whole, true);
    }
    return new KeyPlace(2 * most > required.size() ? List.of(best) : List.of(), false);
  }

  /**
   * Returns the prefix to read; {@code ""} if the keys stand alone, or nowhere.
   *
   * @throws WeightsException if there are several
   */
  String prefix() {
    if (prefixes.isEmpty() || prefixes.contains("")) {
      return "";
    }
    List<String> plain = prefixes.stream().filter(prefix -> !Containers.isAverage(prefix)).toList();
    if (prefixes.size() == 1 || plain.size() == 1) {
      return prefixes.size() == 1 ? prefixes.get(0) : plain.get(0);
    }
    throw new WeightsException(
        "expected the keys of one network, found all of them under each of %s; choose with"
                .formatted(prefixes)
            + " Weights.under(prefix)");
  }

  private static Set<String> prefixes(List<String> known, Set<String> keys) {
    Set<String> prefixes = new LinkedHashSet<>();
    for (String key : keys) {
      for (String name : known) {
        boolean ends =
            key.endsWith(name)
                && (key.length() == name.length()
                    || key.charAt(key.length() - name.length() - 1) == '.');
        if (ends && prefixes.size() < MAX_PREFIXES) {
          prefixes.add(key.substring(0, key.length() - name.length()));
        }
      }
    }
    return prefixes;
  }
}
