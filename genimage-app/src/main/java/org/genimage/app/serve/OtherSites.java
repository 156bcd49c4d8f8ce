package org.genimage.app.serve;

import com.google.common.base.Ascii;
import com.google.common.net.HostAndPort;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** Tells requests that a page of another site makes its visitors' browsers send. */
final class OtherSites {

  private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/?#@]+)");

  private OtherSites() {}

  /**
   * Checks a request. Browsers write both headers that are read, and no page can change them.
   *
   * @throws ProblemException if a page of another site sent it
   */
  static void check(Request request) {
    String site = request.getHeaders().get("Sec-Fetch-Site");
    if ("same-origin".equals(site)) {
      return; // so that a proxy may write a Host of its own
    }
    if (site != null && !site.equals("none")) {
      throw new ProblemException(Problem.crossSite());
    }
    // Older browsers, and all browsers on plain HTTP, only send this.
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin != null && !isOwn(origin, request.getHeaders().get(HttpHeader.HOST))) {
      throw new ProblemException(Problem.crossSite());
    }
  }

  /**
   * Returns whether a page is this service's own.
   *
   * @param origin of the page, such as {@code https://example.org}. Its scheme only decides what no
   *     port means, since TLS may end at a proxy
   * @param host that the request names, or null
   */
  static boolean isOwn(String origin, String host) {
    Matcher page = ORIGIN.matcher(Ascii.toLowerCase(origin));
    if (host == null || !page.matches()) {
      return false;
    }
    int port = page.group(1).equals("https") ? 443 : 80;
    try {
      return HostAndPort.fromString(page.group(2))
          .withDefaultPort(port)
          .equals(HostAndPort.fromString(Ascii.toLowerCase(host)).withDefaultPort(port));
    } catch (IllegalArgumentException e) {
      return false; // one of them is no host
    }
  }
}
