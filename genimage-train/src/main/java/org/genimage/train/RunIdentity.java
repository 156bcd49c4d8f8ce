package org.genimage.train;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.models.Blueprint;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;

/**
 * What identifies a training. A checkpoint can be resumed only by a training with the same values,
 * and all workers of a cluster must have the same. The names and texts stand in checkpoints on
 * disk, so record and component names of a recipe, an input contract and a head must stay.
 */
final class RunIdentity {

  private RunIdentity() {}

  /**
   * Returns the values by name, in alphabetical order.
   *
   * @param entries the network's, which stand for the network itself: it may be a lambda, which
   *     prints itself differently in every JVM
   */
  static Map<String, String> of(
      TrainingSettings settings, Blueprint blueprint, List<Parameter> entries, String data) {
    Map<String, String> identity = new TreeMap<>(recipe(settings.recipe()));
    identity.put("detector", blueprint.name());
    identity.put("input", blueprint.input().toString());
    identity.put("head", blueprint.head().toString());
    identity.put("network", hash(entries));
    identity.put("data", data);
    identity.put("validation", settings.validation().map(Provenance::describe).orElse("none"));
    identity.put("frozen", settings.frozen().patterns().toString());
    // This name wins over the recipe's component of the same name.
    identity.put("start", settings.start().map(RunIdentity::hash).orElse("random"));
    return identity;
  }

  private static Map<String, String> recipe(Recipe recipe) {
    Map<String, String> values = new TreeMap<>();
    for (RecordComponent component : Recipe.class.getRecordComponents()) {
      try {
        values.put(component.getName(), component.getAccessor().invoke(recipe).toString());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a record's accessors can be called", e);
      }
    }
    return values;
  }

  private static String hash(List<Parameter> entries) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (Parameter entry : entries) {
      String text = entry.key() + entry.shape() + entry.role() + "\n";
      hasher.putString(text, StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }

  private static String hash(Weights weights) {
    Hasher hasher = Hashing.sha256().newHasher();
    Checkpoint.put(hasher, weights);
    return hasher.hash().toString();
  }
}
