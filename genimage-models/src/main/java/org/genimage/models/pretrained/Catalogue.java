package org.genimage.models.pretrained;

import static com.google.common.base.Preconditions.checkState;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The published weights that are offered, and those that are not: {@code pretrained.json}, the one
 * place with addresses of model hubs.
 *
 * @param hosts the servers
 * @param models what is offered, in order
 * @param withheld why weights are not offered, and what to do instead, by name
 */
record Catalogue(List<Host> hosts, List<PublishedModel> models, Map<String, String> withheld) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** The one of this version. */
  static final Catalogue PUBLISHED = published();

  private static Catalogue published() {
    try (InputStream in = Catalogue.class.getResourceAsStream("pretrained.json")) {
      checkState(in != null, "pretrained.json is missing from the jar of genimage-models");
      return read(JSON.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Catalogue read(JsonNode json) {
    Map<String, Host> hosts = new LinkedHashMap<>();
    json.required("hosts")
        .properties()
        .forEach(entry -> hosts.put(entry.getKey(), host(entry.getValue())));
    List<PublishedModel> models = new ArrayList<>();
    json.required("models").forEach(model -> models.add(model(model, hosts)));
    Map<String, String> withheld = new LinkedHashMap<>();
    json.required("withheld")
        .properties()
        .forEach(entry -> withheld.put(entry.getKey(), entry.getValue().textValue()));
    return new Catalogue(List.copyOf(hosts.values()), List.copyOf(models), Map.copyOf(withheld));
  }

  private static Host host(JsonNode json) {
    return new Host(
        URI.create(text(json, "address")),
        text(json, "path"),
        text(json, "mirror"),
        optional(json, "token"));
  }

  private static PublishedModel model(JsonNode json, Map<String, Host> hosts) {
    List<PublishedFile> files = new ArrayList<>();
    json.required("files").forEach(file -> files.add(file(file, hosts)));
    return new PublishedModel(
        text(json, "name"),
        text(json, "detector"),
        optional(json, "container"),
        List.copyOf(files));
  }

  private static PublishedFile file(JsonNode json, Map<String, Host> hosts) {
    Host host = hosts.get(text(json, "host"));
    checkState(host != null, "pretrained.json has no host %s", json.path("host"));
    JsonNode licence = json.required("licence");
    Optional<Long> bytes =
        Optional.of(json.path("bytes")).filter(JsonNode::isIntegralNumber).map(JsonNode::longValue);
    return new PublishedFile(
        host,
        text(json, "repository"),
        text(json, "revision"),
        text(json, "file"),
        bytes.orElseGet(() -> json.required("about_bytes").longValue()),
        new PublishedFile.Content(bytes, optional(json, "sha256"), optional(json, "git_blob")),
        new Licence(
            text(licence, "subject"),
            text(licence, "name"),
            text(licence, "owner"),
            URI.create(text(licence, "address")),
            optional(licence, "note").orElse("")));
  }

  private static String text(JsonNode json, String field) {
    return json.required(field).textValue();
  }

  private static Optional<String> optional(JsonNode json, String field) {
    return Optional.ofNullable(json.path(field).textValue());
  }
}
