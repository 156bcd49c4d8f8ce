package org.genimage.models.weights;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What programs around a network put before its keys. */
final class KeyWrappers {

  /** The counter of PyTorch's AveragedModel, which stands beside the keys that it wraps. */
  static final String AVERAGED = "n_averaged";

  private static final String COMPILED = "_orig_mod.";
  private static final String PARALLEL = "module.";

  /**
   * Prefixes that stand for one network in another: of PyTorch's wrappers, of PEFT, of Lightning's
   * modules, of averages, and of detectors around a vision transformer.
   */
  private static final List<String> KNOWN =
      List.of(
          PARALLEL,
          COMPILED,
          "base_model.model.",
          "model.",
          "net.",
          "network.",
          "ema.",
          "ema_model.",
          "model_ema.",
          "averaged_model.",
          "state_dict.",
          "vit.");

  private KeyWrappers() {}

  /**
   * Returns the keys that {@code torch.compile} or {@code DataParallel} changed, each with the key
   * that the network itself has.
   */
  static ImmutableMap<String, String> bareKeys(Set<String> keys) {
    Map<String, String> bare = new LinkedHashMap<>();
    keys.forEach(key -> bare.put(key, withoutCompiled(key)));
    if (isParallel(bare)) {
      bare.replaceAll(
          (key, name) -> name.equals(AVERAGED) ? name : name.substring(PARALLEL.length()));
    }
    return ImmutableMap.copyOf(Maps.filterEntries(bare, e -> !e.getKey().equals(e.getValue())));
  }

  private static boolean isParallel(Map<String, String> bare) {
    return bare.values().stream().anyMatch(key -> key.startsWith(PARALLEL))
        && bare.values().stream().allMatch(key -> key.startsWith(PARALLEL) || key.equals(AVERAGED));
  }

  private static String withoutCompiled(String key) {
    String bare = key;
    while (bare.startsWith(COMPILED)) {
      bare = bare.substring(COMPILED.length());
    }
    return bare.replace("." + COMPILED, ".");
  }

  /** Returns the known prefixes that every key begins with, the outermost first. */
  static List<String> common(Set<String> keys) {
    List<String> found = new ArrayList<>();
    if (keys.isEmpty()) {
      return found;
    }
    String whole = "";
    while (true) {
      String outer = whole;
      Optional<String> next =
          KNOWN.stream()
              .filter(
                  prefix ->
                      keys.stream()
                          .allMatch(key -> key.startsWith(outer + prefix) || key.equals(AVERAGED)))
              .findFirst();
      if (next.isEmpty()) {
        return found;
      }
      found.add(next.get());
      whole += next.get();
    }
  }
}
