package org.genimage.models.pretrained;

import com.google.common.primitives.Longs;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.genimage.models.pretrained.PublishedFile.Content;

/**
 * What a hub says of a file in the headers of its answer. It keeps large files elsewhere and
 * redirects there, so {@code X-Linked-Etag} is the file's SHA-256; of small files {@code ETag} is
 * the SHA-1 that git gives them. Other servers name no commit, and their {@code ETag} is no hash.
 *
 * @param commit the revision, resolved
 * @param content the file's length and hash
 */
record Statement(Optional<String> commit, Content content) {

  static final Statement NONE = new Statement(Optional.empty(), Content.UNKNOWN);

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern ETAG = Pattern.compile("(?:W/)?\"?([0-9a-f]{40}|[0-9a-f]{64})\"?");

  static Statement of(HttpHeaders headers) {
    Optional<String> commit =
        headers.firstValue("x-repo-commit").filter(text -> COMMIT.matcher(text).matches());
    if (commit.isEmpty()) {
      return NONE;
    }
    Optional<String> hash =
        headers
            .firstValue("x-linked-etag")
            .or(() -> headers.firstValue("etag"))
            .map(ETAG::matcher)
            .filter(Matcher::matches)
            .map(match -> match.group(1));
    return new Statement(
        commit,
        new Content(
            headers.firstValue("x-linked-size").flatMap(Statement::number),
            hash.filter(text -> text.length() == 64),
            hash.filter(text -> text.length() == 40)));
  }

  static Optional<Long> number(String text) {
    return Optional.ofNullable(Longs.tryParse(text)).filter(number -> number >= 0);
  }

  /** Returns this, with what a later answer says where this says nothing. */
  Statement or(Statement later) {
    return new Statement(commit.or(later::commit), content.or(later.content));
  }
}
