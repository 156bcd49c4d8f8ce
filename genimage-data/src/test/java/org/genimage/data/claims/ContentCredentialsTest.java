package org.genimage.data.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.genimage.data.claims.ClaimFiles.ascii;
import static org.genimage.data.claims.ClaimFiles.box;
import static org.genimage.data.claims.ClaimFiles.chunk;
import static org.genimage.data.claims.ClaimFiles.jpeg;
import static org.genimage.data.claims.ClaimFiles.png;
import static org.genimage.data.claims.ClaimFiles.riff;
import static org.genimage.data.claims.ClaimFiles.tiff;
import static org.genimage.data.claims.ClaimFiles.utf8;
import static org.genimage.data.claims.ClaimFiles.webP;
import static org.genimage.data.claims.Stores.created;
import static org.genimage.data.claims.Stores.ingredient;
import static org.genimage.data.claims.Stores.manifest;
import static org.genimage.data.claims.Stores.opened;
import static org.genimage.data.claims.Stores.signed;

import com.google.common.primitives.Bytes;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.genimage.data.claims.ContentCredentials.Action;
import org.genimage.data.claims.ContentCredentials.Ingredient;
import org.genimage.data.claims.ContentCredentials.Manifest;
import org.genimage.data.claims.ContentCredentials.Role;
import org.genimage.data.claims.ContentCredentials.Signer;
import org.genimage.data.claims.ContentCredentials.Software;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What C2PA stores say, in files of every container. */
class ContentCredentialsTest {

  private static final byte[] AI_STORE = Stores.store(manifest("urn:a", created(Stores.AI)));

  private static FileClaims inPng(byte[]... manifests) {
    return Claims.of(png(chunk("caBX", Stores.store(manifests))));
  }

  private static ContentCredentials credentials(FileClaims claims) {
    return claims.contentCredentials().orElseThrow();
  }

  static Stream<Arguments> containers() {
    byte[] store = AI_STORE;
    byte[] avifBox =
        box(
            "uuid",
            HexFormat.of().parseHex("d8fec3d61b0e483c92975828877ec481"),
            new byte[4],
            ascii("manifest\0"),
            new byte[8],
            store,
            new byte[10]);
    int half = store.length / 2;
    return Stream.of(
        Arguments.of("JPEG", jpeg(Stores.segment(store, 5, 1, 8, store.length))),
        Arguments.of(
            "JPEG in two segments",
            jpeg(
                ClaimFiles.segment(ClaimFiles.APP11, ascii("HDR_RI ver=11")),
                Stores.segment(store, 5, 1, 8, half),
                Stores.segment(store, 5, 2, half, store.length))),
        Arguments.of("PNG", png(chunk("caBX", store))),
        Arguments.of("WebP", webP(riff("C2PA", store))),
        Arguments.of("TIFF", tiff(ByteOrder.LITTLE_ENDIAN, Map.of(ClaimFiles.C2PA_TAG, store))),
        Arguments.of(
            "TIFF, big-endian", tiff(ByteOrder.BIG_ENDIAN, Map.of(ClaimFiles.C2PA_TAG, store))),
        Arguments.of("GIF", ClaimFiles.gif("C2PA_GIF\1\0\0", store)),
        Arguments.of("AVIF", Bytes.concat(box("ftyp", ascii("avif\0\0\0\0")), avifBox)),
        Arguments.of("HEIC", Bytes.concat(box("ftyp", ascii("heic\0\0\0\0mif1")), avifBox)),
        Arguments.of("JPEG XL", ClaimFiles.jpegXl(store)),
        Arguments.of(
            "SVG",
            utf8(
                "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><metadata>"
                    + "<m:manifest xmlns:m='http://c2pa.org/manifest'>"
                    + Base64.getMimeEncoder().encodeToString(store)
                    + "</m:manifest></metadata></svg>")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("containers")
  void of_storeInEveryContainer_isRead(String container, byte[] file) {
    FileClaims claims = Claims.of(file);

    assertThat(claims.warnings()).isEmpty();
    assertThat(claims.format()).isEqualTo(container.split("[ ,]in|,")[0]);
    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(credentials(claims).readable()).isTrue();
    assertThat(credentials(claims).active()).contains("urn:a");
    assertThat(claims.claims())
        .containsExactly(
            new Claim(
                ClaimKind.AI_GENERATED,
                ClaimSource.C2PA,
                "c2pa.created",
                Stores.AI,
                Optional.of("Painter"),
                Optional.empty(),
                Optional.of("Example AG")));
  }

  @Test
  void of_manifest_namesWhatItHolds() {
    byte[] certificate = Stores.certificate("Beispiel GmbH", "Signieren");
    byte[] signature = Stores.signature(certificate, Stores.claim(), "20260304050607.25Z");

    ContentCredentials read =
        credentials(inPng(signed("urn:a", Stores.claim(), signature, created(Stores.AI))));

    assertThat(read.manifests())
        .containsExactly(
            new Manifest(
                "urn:a",
                Role.ACTIVE,
                2,
                Optional.empty(),
                List.of(new Software("Suite", Optional.of("1"))),
                Optional.of("a.png"),
                Optional.of(
                    new Signer(
                        Optional.of("Beispiel GmbH"),
                        Optional.of("Signieren"),
                        Optional.of("ES256"),
                        Optional.of(Instant.parse("2026-03-04T05:06:07.250Z")))),
                List.of(
                    new Action(
                        "c2pa.created",
                        Optional.of(Stores.AI),
                        Optional.of(new Software("Painter", Optional.of("3"))),
                        Optional.empty())),
                List.of(),
                List.of()));
    assertThat(read.activeManifest()).contains(read.manifests().get(0));
  }

  @Test
  void of_timeStampOfSomethingElse_isNotReported() {
    byte[] signature =
        Stores.signature(Stores.certificate("A", "B"), utf8("another claim"), "20260304050607Z");

    FileClaims claims = inPng(signed("urn:a", Stores.claim(), signature, opened()));

    assertThat(credentials(claims).manifests().get(0).signer().get().time()).isEmpty();
    assertThat(claims.warnings()).singleElement().asString().contains("something else");
  }

  @Test
  void of_signatureWithoutACertificate_hasNoSigner() {
    byte[] empty = HexFormat.of().parseHex("d28440a0f640");

    FileClaims claims = inPng(signed("urn:a", Stores.claim(), empty, created(Stores.AI)));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(credentials(claims).readable()).isTrue();
    assertThat(credentials(claims).manifests().get(0).signer()).isEmpty();
    assertThat(claims.warnings()).singleElement().asString().contains("signer is unknown");
  }

  @Test
  void of_claimOfVersion1_isRead() {
    byte[] claim =
        Stores.cbor(
            Map.of(
                "claim_generator", "painter/1.0",
                "claim_generator_info", List.of(Map.of("name", "Painter")),
                "redacted_assertions", List.of("self#jumbf=/c2pa/urn:b/c2pa.assertions/a")));
    byte[] actions =
        Stores.assertion(
            "c2pa.actions",
            Map.of(
                "actions",
                List.of(Map.of("action", "c2pa.created", "softwareAgent", "Painter 1"))));
    byte[] manifest =
        Stores.superbox(
            "c2ma",
            "urn:a",
            Stores.superbox("c2as", "c2pa.assertions", actions),
            Stores.superbox("c2cl", "c2pa.claim", box("cbor", claim)));

    FileClaims claims = inPng(manifest);
    Manifest read = credentials(claims).manifests().get(0);

    assertThat(claims.warnings()).singleElement().asString().contains("no signature");
    assertThat(read.claimVersion()).isEqualTo(1);
    assertThat(read.claimGenerator()).contains("painter/1.0");
    assertThat(read.generator()).contains("Painter");
    assertThat(read.redactions()).hasSize(1);
    assertThat(read.actions().get(0).softwareAgent().get().name()).isEqualTo("Painter 1");
  }

  @Test
  void of_listOfAgents_namesTheAgentByItsIndex() {
    byte[] actions =
        Stores.assertion(
            "c2pa.actions.v2__1",
            Map.of(
                "softwareAgents",
                List.of(Map.of("name", "First"), Map.of("name", "Second")),
                "actions",
                List.of(
                    Map.of("action", "c2pa.created", "softwareAgentIndex", 1),
                    Map.of("action", "c2pa.edited", "softwareAgentIndex", -1))));

    List<Action> read = credentials(inPng(manifest("urn:a", actions))).manifests().get(0).actions();

    assertThat(read.get(0).softwareAgent().get().name()).isEqualTo("Second");
    assertThat(read.get(1).softwareAgent()).isEmpty();
  }

  @Test
  void of_chainOfParents_speaksThroughAll() {
    FileClaims claims =
        inPng(
            manifest("urn:first", created(Stores.AI)),
            manifest("urn:second", opened(), ingredient("parentOf", "urn:first")),
            manifest("urn:third", opened(), ingredient("parentOf", "urn:second")));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(credentials(claims).manifests())
        .extracting(Manifest::role)
        .containsExactly(Role.PARENT, Role.PARENT, Role.ACTIVE);
    assertThat(credentials(claims).manifests().get(2).ingredients())
        .containsExactly(
            new Ingredient(
                Optional.of("parentOf"), Optional.of("before.png"), Optional.of("urn:second")));
    assertThat(claims.claims().get(0).field())
        .isEqualTo("c2pa.created of parent manifest urn:first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"componentOf", "inputTo"})
  void of_otherIngredient_makesAPart(String relationship) {
    FileClaims claims =
        inPng(
            manifest("urn:parent of the part", created(Stores.AI)),
            manifest("urn:part", opened(), ingredient("parentOf", "urn:parent of the part")),
            manifest("urn:a", created(Stores.CAPTURE), ingredient(relationship, "urn:part")));

    assertThat(claims.says()).containsExactly(ClaimKind.PARTLY_AI, ClaimKind.CAMERA);
    assertThat(credentials(claims).manifests())
        .extracting(Manifest::role)
        .containsExactly(Role.COMPONENT, Role.COMPONENT, Role.ACTIVE);
  }

  @Test
  void of_manifestThatNothingRefersTo_saysNothing() {
    FileClaims claims =
        inPng(manifest("urn:other", created(Stores.AI)), manifest("urn:a", opened()));

    assertThat(claims.says()).isEmpty();
    assertThat(credentials(claims).manifests().get(0).role()).isEqualTo(Role.UNREFERENCED);
  }

  @Test
  void of_ingredientsInACircle_areReadOnce() {
    FileClaims claims =
        inPng(
            manifest("urn:b", created(Stores.AI), ingredient("parentOf", "urn:a")),
            manifest(
                "urn:a",
                opened(),
                ingredient("parentOf", "urn:b"),
                ingredient("componentOf", "urn:a")));

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(credentials(claims).manifests())
        .extracting(Manifest::role)
        .containsExactly(Role.PARENT, Role.ACTIVE);
    assertThat(credentials(claims).readable()).isTrue();
  }

  @Test
  void of_ingredientWhoseManifestIsMissing_isNotReadable() {
    FileClaims claims = inPng(manifest("urn:a", opened(), ingredient("parentOf", "urn:b")));

    assertThat(credentials(claims).readable()).isFalse();
    assertThat(credentials(claims).active()).contains("urn:a");
    assertThat(claims.warnings()).singleElement().asString().contains("urn:b", "missing");
  }

  @Test
  void of_compressedManifest_isExpanded() {
    byte[] whole = manifest("urn:a", created(Stores.AI));
    byte[] box = Stores.superbox("c2cm", "urn:a", box("brob", ClaimFiles.brotli(whole)));

    FileClaims claims = inPng(box);

    assertThat(claims.says()).containsExactly(ClaimKind.AI_GENERATED);
    assertThat(claims.warnings()).singleElement().asString().contains("compressed");
  }

  @Test
  void of_redactedAssertion_isPassedOver() {
    byte[] redacted =
        Stores.superbox(
            "cbor",
            "c2pa.actions.v2",
            box("uuid", HexFormat.of().parseHex("caa98eee9d4df80e86ad4dffca263973"), new byte[20]));

    FileClaims claims = inPng(manifest("urn:a", redacted));

    assertThat(credentials(claims).readable()).isTrue();
    assertThat(claims.warnings()).isEmpty();
  }

  /** The name of a program is no statement about the image. */
  @Test
  void of_actionWithoutASourceType_isADetail() {
    byte[] actions =
        Stores.assertion(
            "c2pa.actions",
            Map.of(
                "actions",
                List.of(
                    Map.of(
                        "action", "c2pa.created",
                        "description", "AI Generated Image",
                        "softwareAgent", "Image Creator"))));

    FileClaims claims = inPng(manifest("urn:a", actions));

    assertThat(claims.says()).isEmpty();
    assertThat(claims.claims())
        .singleElement()
        .satisfies(
            claim -> {
              assertThat(claim.kind()).isEqualTo(ClaimKind.DETAIL);
              assertThat(claim.text()).isEqualTo("AI Generated Image");
              assertThat(claim.tool()).contains("Image Creator");
            });
  }

  @Test
  void of_twoStores_readsNone() {
    FileClaims claims = Claims.of(png(chunk("caBX", AI_STORE), chunk("caBX", AI_STORE)));

    assertThat(claims.says()).isEmpty();
    assertThat(credentials(claims)).isEqualTo(ContentCredentials.UNREADABLE);
    assertThat(claims.warnings()).singleElement().asString().contains("several");
  }

  @Test
  void of_segmentsThatAreNotInOrderOrTwice_areReadWithAWarning() {
    int half = AI_STORE.length / 2;
    byte[] first = Stores.segment(AI_STORE, 5, 1, 8, half);
    byte[] second = Stores.segment(AI_STORE, 5, 2, half, AI_STORE.length);
    byte[] other = second.clone();
    other[other.length - 1]++;

    for (byte[] file : List.of(jpeg(second, first), jpeg(first, first, second))) {
      assertThat(Claims.of(file).says()).containsExactly(ClaimKind.AI_GENERATED);
      assertThat(Claims.of(file).warnings()).hasSize(1);
    }
    for (byte[] file : List.of(jpeg(first), jpeg(first, second, other))) {
      assertThat(Claims.of(file).says()).isEmpty();
      assertThat(credentials(Claims.of(file)).readable()).isFalse();
      assertThat(Claims.of(file).warnings()).isNotEmpty();
    }
    byte[] cut = Arrays.copyOf(jpeg(first), 2 + first.length - 10);
    assertThat(credentials(Claims.of(cut)).readable()).isFalse();
  }

  @Test
  void of_storeBehindTheEnd_isNoClaim() {
    byte[] jpeg = Bytes.concat(jpeg(), Stores.segment(AI_STORE, 5, 1, 8, AI_STORE.length));
    byte[] png = Bytes.concat(png(), chunk("caBX", AI_STORE));
    byte[] webP = Bytes.concat(webP(), riff("C2PA", AI_STORE));

    for (byte[] file : List.of(jpeg, png, webP)) {
      assertThat(Claims.of(file).contentCredentials()).isEmpty();
      assertThat(Claims.of(file).warnings()).singleElement().asString().contains("behind the end");
    }
  }
}
