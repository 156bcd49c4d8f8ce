package org.genimage.models.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.pretrained.PublishedFile.Content;

/**
 * What is known of a file of which a part has arrived; kept beside the part, so that another
 * process can resume.
 *
 * @param revision that was asked for; the commit once it is known
 * @param etag the server's name of the content, with quotes, if it is a strong one
 * @param content its length and hashes, as far as they are known
 */
record PartialDownload(String revision, Optional<String> etag, Content content) {

  private static final JsonMapper JSON = new JsonMapper();

  /** Returns what is known; empty if nothing is, or if it cannot be understood. */
  static Optional<PartialDownload> read(Path place) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(place));
      return Optional.ofNullable(json.path("revision").textValue())
          .map(
              revision ->
                  new PartialDownload(
                      revision,
                      text(json, "etag"),
                      new Content(
                          FileRecord.length(json.path("bytes")),
                          text(json, "sha256"),
                          text(json, "git_blob"))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(JsonNode json, String field) {
    return Optional.ofNullable(json.path(field).textValue());
  }

  void write(Path place) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("revision", revision);
    etag.ifPresent(text -> json.put("etag", text));
    content.bytes().ifPresent(number -> json.put("bytes", number));
    content.sha256().ifPresent(text -> json.put("sha256", text));
    content.gitBlob().ifPresent(text -> json.put("git_blob", text));
    WholeFiles.write(place, json.toString());
  }

  /**
   * Returns whether more bytes may be added. After a crash a disk may hold other bytes than were
   * written, so without a hash that would go unnoticed.
   */
  boolean canBeResumed() {
    return content.isKnown();
  }

  static Optional<String> strong(Optional<String> etag) {
    return etag.filter(text -> text.startsWith("\""));
  }
}
