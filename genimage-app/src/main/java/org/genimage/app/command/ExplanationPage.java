package org.genimage.app.command;

import com.google.common.html.HtmlEscapers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import org.genimage.data.claims.Claims;
import org.genimage.data.claims.FileClaims;
import org.genimage.data.image.Image;
import org.genimage.eval.explanation.Explanation;

/** A page that shows which areas of each image its score comes from. It needs no other file. */
final class ExplanationPage {

  /** The most images on a page; each takes many scores, and its picture is in the page. */
  static final int MOST = 50;

  private final StringBuilder body = new StringBuilder();

  ExplanationPage(String detector, Decision decision) {
    body.append(
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Scores and where they come from</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 1rem }
        img { max-width: 100%; height: auto }
        section { border-top: 1px solid #888; margin-top: 2rem }
        figure { margin: 1rem 0 }
        h2, figcaption { overflow-wrap: anywhere }
        @media (prefers-color-scheme: dark) { body { background: #16181c; color: #e6e6e6 } }
        </style></head><body><header><h1>Scores and where they come from</h1>
        """);
    paragraph("%s: %s.".formatted(detector, decision));
    paragraph(
        "A score is no proof: it says how much an image resembles AI-made images of the training. A"
            + " map shows where a score comes from, never whether it is right.");
    body.append("</header>\n<main>\n");
  }

  /** Adds an image. */
  void add(ScoredInput.Outcome outcome, String name, Explanation explanation, FileClaims claims) {
    body.append("<section><h2>%s</h2>\n".formatted(escaped(Claims.visible(name))));
    paragraph(
        "Score %s: %s."
            .formatted(
                String.format(Locale.ROOT, "%.3f", outcome.score()),
                Decision.word(outcome.verdict())));
    figure("the image and its map of areas", explanation.drawing(), explanation.caption());
    outcome
        .tiles()
        .ifPresent(tiles -> figure("the scores of its tiles", tiles.drawing(), tiles.caption()));
    paragraph(claims.summary());
    body.append("</section>\n");
  }

  /** Writes the page. */
  void write(Path file) {
    Outputs.write(file, (body + "</main></body></html>\n").getBytes(StandardCharsets.UTF_8));
  }

  private void figure(String what, Image drawing, String caption) {
    body.append(
        "<figure><img alt=\"%s\" src=\"data:image/png;base64,%s\"><figcaption>%s</figcaption></figure>\n"
            .formatted(
                escaped(what),
                Base64.getEncoder().encodeToString(drawing.toPng()),
                escaped(caption)));
  }

  private void paragraph(String text) {
    body.append("<p>%s</p>\n".formatted(escaped(text)));
  }

  private static String escaped(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
