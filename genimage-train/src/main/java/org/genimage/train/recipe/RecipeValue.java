package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.genimage.models.internal.NearestNames;

/**
 * One value of a recipe.
 *
 * @param name its path in the recipe, such as {@code optimizer.momentum}
 * @param value as text
 * @param origin its source
 */
public record RecipeValue(String name, String value, Origin origin) {

  /** Returns all three on one line. */
  @Override
  public String toString() {
    return "%s=%s (%s)".formatted(name, value, origin);
  }

  /** Returns the same value with another origin. */
  RecipeValue from(Origin other) {
    return new RecipeValue(name, value, other);
  }

  /**
   * Returns the values of an object. A record gives the values of its components. A record that is
   * one of several possible types, or an element of a list, also gives its type's name.
   *
   * @param name the object's path
   * @param choice whether the object could be of another type
   */
  static List<RecipeValue> of(String name, Object object, boolean choice) {
    List<RecipeValue> values = new ArrayList<>();
    if (object instanceof Optional<?> optional) {
      return of(name, optional.isPresent() ? optional.get() : "none", choice);
    } else if (object instanceof List<?> list && list.stream().anyMatch(Record.class::isInstance)) {
      values.add(
          leaf(name, list.stream().map(RecipeValue::type).collect(Collectors.joining(", "))));
      for (Object element : list) {
        values.addAll(components(name + "." + type(element), element));
      }
    } else if (object instanceof List<?> list) {
      String text = list.stream().map(Object::toString).collect(Collectors.joining(", "));
      values.add(leaf(name, list.isEmpty() ? "none" : text));
    } else if (object instanceof Record) {
      if (choice) {
        values.add(leaf(name, type(object)));
      }
      values.addAll(components(name, object));
    } else {
      values.add(leaf(name, object.toString()));
    }
    return values;
  }

  private static List<RecipeValue> components(String name, Object object) {
    List<RecipeValue> values = new ArrayList<>();
    if (object instanceof Record) {
      for (RecordComponent component : object.getClass().getRecordComponents()) {
        boolean choice = component.getType().isInterface();
        Object value = value(object, component);
        if (component.isAnnotationPresent(Later.class) && value.equals(false)) {
          continue;
        }
        values.addAll(of(name + "." + component.getName(), value, choice));
      }
    }
    return values;
  }

  /** A record whose components cannot be read, since its module is closed, is one value. */
  static Object value(Object object, RecordComponent component) {
    try {
      return component.getAccessor().invoke(object);
    } catch (ReflectiveOperationException e) {
      return object.toString();
    }
  }

  /**
   * Checks that values have these names.
   *
   * @throws IllegalArgumentException for the first other name; the message lists the nearest ones
   */
  static void checkNames(List<RecipeValue> values, List<String> names) {
    List<String> known = values.stream().map(RecipeValue::name).toList();
    for (String name : names) {
      checkArgument(
          known.contains(name),
          "expected the name of one of the recipe's values, got %s; the nearest are %s",
          name,
          String.join(", ", NearestNames.to(name, known)));
    }
  }

  private static RecipeValue leaf(String name, String value) {
    return new RecipeValue(name, value, Origin.CALLER);
  }

  private static String type(Object object) {
    return object instanceof Record ? object.getClass().getSimpleName() : object.toString();
  }
}
