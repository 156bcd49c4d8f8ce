package org.genimage.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Holds values against the part of JSON Schema that the OpenAPI document uses. */
final class Schema {

  private static final Set<String> KNOWN =
      Set.of(
          "$ref",
          "type",
          "const",
          "enum",
          "oneOf",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "minItems",
          "minimum",
          "maximum",
          "pattern",
          "contentEncoding",
          "contentMediaType",
          "description");

  private final JsonNode document;

  Schema(JsonNode document) {
    this.document = document;
  }

  /** Returns what is wrong with a value, each with its place. */
  List<String> problems(JsonNode schema, JsonNode value) {
    return check("$", schema, value);
  }

  private List<String> check(String at, JsonNode schema, JsonNode value) {
    List<String> wrong = new ArrayList<>();
    schema
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!KNOWN.contains(name)) {
                wrong.add(at + ": the schema has the unknown keyword " + name);
              }
            });
    if (schema.has("$ref")) {
      return check(at, document.at(schema.get("$ref").textValue().substring(1)), value);
    }
    if (schema.has("oneOf")) {
      List<List<String>> tries = new ArrayList<>();
      schema.get("oneOf").forEach(one -> tries.add(check(at, one, value)));
      long fitting = tries.stream().filter(List::isEmpty).count();
      if (fitting != 1) {
        wrong.add(at + ": fits " + fitting + " of the alternatives " + tries);
      }
    }
    if (schema.has("type") && !hasType(schema.get("type"), value)) {
      wrong.add(at + ": expected " + schema.get("type") + ", found " + value);
      return wrong;
    }
    if (schema.has("const") && !schema.get("const").equals(value)) {
      wrong.add(at + ": expected " + schema.get("const") + ", found " + value);
    }
    if (schema.has("enum")) {
      boolean found = false;
      for (JsonNode one : schema.get("enum")) {
        found |= one.equals(value);
      }
      if (!found) {
        wrong.add(at + ": expected one of " + schema.get("enum") + ", found " + value);
      }
    }
    if (value.isNumber()
        && (value.doubleValue() < schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY)
            || value.doubleValue() > schema.path("maximum").asDouble(Double.POSITIVE_INFINITY))) {
      wrong.add(at + ": out of its range: " + value);
    }
    if (value.isTextual()
        && schema.has("pattern")
        && !value.textValue().matches(schema.get("pattern").textValue())) {
      wrong.add(at + ": expected " + schema.get("pattern") + ", found " + value);
    }
    if (value.isObject() && schema.has("properties")) {
      schema
          .path("required")
          .forEach(
              name -> {
                if (!value.has(name.textValue())) {
                  wrong.add(at + ": lacks " + name);
                }
              });
      value
          .properties()
          .forEach(
              field -> {
                JsonNode property = schema.get("properties").get(field.getKey());
                if (property != null) {
                  wrong.addAll(check(at + "." + field.getKey(), property, field.getValue()));
                } else if (!schema.path("additionalProperties").asBoolean(true)) {
                  wrong.add(at + ": has the unknown field " + field.getKey());
                }
              });
    }
    if (value.isArray()) {
      if (value.size() < schema.path("minItems").asInt(0)) {
        wrong.add(at + ": has too few items");
      }
      for (int i = 0; i < value.size() && schema.has("items"); i++) {
        wrong.addAll(check(at + "[" + i + "]", schema.get("items"), value.get(i)));
      }
    }
    return wrong;
  }

  private static boolean hasType(JsonNode type, JsonNode value) {
    if (type.isArray()) {
      for (JsonNode one : type) {
        if (hasType(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (type.textValue()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> throw new IllegalArgumentException("unknown type " + type);
    };
  }
}
