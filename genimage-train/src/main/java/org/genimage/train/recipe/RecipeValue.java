package org.genimage.train.recipe;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One value of a recipe.
 *
 * @param name where it is, such as {@code optimizer.momentum}
 * @param value as text
 * @param origin where it comes from
 */
public record RecipeValue(String name, String value, Origin origin) {

  /** Returns all three on one line. */
  @Override
  public String toString() {
    return "%s=%s (%s)".formatted(name, value, origin);
  }

  /** Returns the same value from elsewhere. */
  RecipeValue from(Origin other) {
    return new RecipeValue(name, value, other);
  }

  /**
   * Returns the values that an object consists of. Records are taken apart; one that stands for a
   * choice, or in a list, also gives its name.
   *
   * @param name where the object is
   * @param choice whether it might have been of another type
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
        values.addAll(of(name + "." + component.getName(), value, choice));
      }
    }
    return values;
  }

  /** A record of a module that does not let us look into it is one value. */
  static Object value(Object object, RecordComponent component) {
    try {
      return component.getAccessor().invoke(object);
    } catch (ReflectiveOperationException e) {
      return object.toString();
    }
  }

  private static RecipeValue leaf(String name, String value) {
    return new RecipeValue(name, value, Origin.CALLER);
  }

  private static String type(Object object) {
    return object instanceof Record ? object.getClass().getSimpleName() : object.toString();
  }
}
