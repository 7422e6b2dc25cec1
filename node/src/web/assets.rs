//! The style, the icon and the scripts of the pages. In: a name. Out: the file, as it was when this was built.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// A file of the pages: the style, the icon, the scripts.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "text/plain; charset=utf-8",
    };
    // Names are looked up in a list made when this was built; there is no path to walk.
    match Assets::get(&name) {
        Some(file) => {
            let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=3600")];
            (headers, file.data.into_owned()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The style sheet.
pub(crate) fn style() -> String {
    Assets::get("style.css").map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}
