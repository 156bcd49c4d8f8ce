package org.genimage.data.internal;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Graph;

/** The names below one prefix in a graph: a repeated one gets an underscore and a number. */
final class GraphNames {

  private final Graph graph;
  private final String prefix;
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * Creates names for a graph, which may have operations already.
   *
   * @param prefix empty, or ends with a slash
   */
  GraphNames(Graph graph, String prefix) {
    this.graph = graph;
    this.prefix = prefix;
  }

  /** Returns a name that neither the graph has nor was returned before, with the prefix. */
  String unique(String name) {
    int count = counts.getOrDefault(name, 0);
    String full;
    do {
      full = prefix + (count == 0 ? name : name + "_" + count);
      count++;
    } while (graph.operation(full) != null || counts.containsKey(full.substring(prefix.length())));
    counts.put(name, count);
    return full;
  }

  /** Returns the names below one of these. */
  GraphNames below(String name) {
    return new GraphNames(graph, unique(name) + "/");
  }
}
