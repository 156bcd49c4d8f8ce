package org.genimage.app.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.base.CaseFormat;
import java.util.Optional;
import org.genimage.data.claims.Claim;
import org.genimage.data.claims.ClaimKind;
import org.genimage.data.claims.ContentCredentials;
import org.genimage.data.claims.FileClaims;

/** Writes what a file says of itself. Its texts are a stranger's: shortened, and never trusted. */
final class ClaimsJson {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int CLAIMS = 40;
  private static final int TEXT = 500;

  private ClaimsJson() {}

  static ObjectNode of(FileClaims claims) {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode says = json.putArray("says");
    claims.says().forEach(kind -> says.add(name(kind)));
    json.put("summary", shown(claims.summary()));
    json.put("verified", false);
    ArrayNode list = json.putArray("claims");
    claims.claims().stream().limit(CLAIMS).forEach(claim -> list.add(claim(claim)));
    json.put("leftOut", Math.max(0, claims.claims().size() - CLAIMS));
    json.set(
        "camera",
        claims
            .camera()
            .map(
                camera ->
                    JSON.createObjectNode()
                        .put("make", shown(camera.make()))
                        .put("model", shown(camera.model())))
            .orElse(null));
    json.set("contentCredentials", claims.contentCredentials().map(ClaimsJson::c2pa).orElse(null));
    json.put("remoteManifest", claims.remoteManifest().map(ClaimsJson::shown).orElse(null));
    ArrayNode warnings = json.putArray("warnings");
    claims.warnings().forEach(warning -> warnings.add(shown(warning)));
    return json;
  }

  private static ObjectNode claim(Claim claim) {
    ObjectNode json = JSON.createObjectNode();
    json.put("kind", name(claim.kind()));
    json.put("source", claim.source().title());
    json.put("field", shown(claim.field()));
    json.put("text", shown(claim.text()));
    json.put("tool", shown(claim.tool()));
    json.put("model", shown(claim.model()));
    json.put("signer", shown(claim.signer()));
    json.put("sentence", shown(claim.sentence()));
    return json;
  }

  private static ObjectNode c2pa(ContentCredentials credentials) {
    ObjectNode json = JSON.createObjectNode();
    json.put("readable", credentials.readable());
    json.put("manifests", credentials.manifests().size());
    Optional<ContentCredentials.Manifest> active =
        credentials.manifests().stream()
            .filter(manifest -> manifest.role() == ContentCredentials.Role.ACTIVE)
            .findFirst();
    json.put("generator", shown(active.flatMap(ContentCredentials.Manifest::generator)));
    json.put(
        "signer",
        shown(
            active
                .flatMap(ContentCredentials.Manifest::signer)
                .flatMap(ContentCredentials.Signer::name)));
    return json;
  }

  /** Returns the name of a kind as answers have it, such as {@code aiGenerated}. */
  private static String name(ClaimKind kind) {
    return CaseFormat.UPPER_UNDERSCORE.to(CaseFormat.LOWER_CAMEL, kind.name());
  }

  private static String shown(Optional<String> text) {
    return text.map(ClaimsJson::shown).orElse(null);
  }

  private static String shown(String text) {
    return Ascii.truncate(text, TEXT, "\u2026");
  }
}
