//! Pages a list by `limit` and an opaque `cursor`.

use crate::{
    base::{
        body_fields::Id,
        limits::{PAGE_DEFAULT, PAGE_MAX, PAGES_READ_MAX},
        query,
    },
    store::ReadError,
    web::problem::Problem,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

/// The page that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub limit: i64,
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Listed<T> {
    pub data: Vec<T>,
    /// Give it as `cursor` to read on; `null` at the end of the list.
    pub next_cursor: Option<Id<String>>,
}

impl Page {
    pub fn read(text: &str) -> Result<Self, Problem> {
        let limit = match query::value(text, "limit").filter(|limit| !limit.is_empty()) {
            None => PAGE_DEFAULT,
            Some(limit) => limit.parse().ok().filter(|n| (1..=PAGE_MAX).contains(n)).ok_or_else(|| {
                Problem::invalid(vec![("/limit".to_owned(), format!("`limit` is a number from 1 to {PAGE_MAX}."))])
            })?,
        };
        Ok(Page { limit, cursor: query::value(text, "cursor").filter(|cursor| !cursor.is_empty()) })
    }

    pub fn size(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Reads rows until the page is full. Rows that the caller may not see, or that the filter excludes, are skipped;
    /// after `PAGES_READ_MAX` reads the page is returned short, with a cursor.
    ///
    /// `read` gives the rows after a cursor; `take` gives the cursor of a row and what the page shows of it.
    pub async fn gather<C, R, T, Reading, Taking>(
        &self,
        read: impl Fn(Option<C>) -> Reading,
        take: impl Fn(R) -> Taking,
    ) -> Result<Listed<T>, Problem>
    where
        C: Serialize + DeserializeOwned + Clone,
        Reading: Future<Output = Result<Vec<R>, ReadError>>,
        Taking: Future<Output = Result<(C, Option<T>), Problem>>,
    {
        let mut cursor = self.cursor.as_deref().map(decode::<C>).transpose()?;
        let mut data = Vec::new();
        for _ in 0..PAGES_READ_MAX {
            let rows = read(cursor.clone()).await.map_err(|error| Problem::bug(&error))?;
            let read_all = rows.len() < self.size();
            for row in rows {
                let (place, shown) = take(row).await?;
                cursor = Some(place);
                data.extend(shown);
                if data.len() == self.size() {
                    return Ok(self.listed(data, cursor));
                }
            }
            if read_all {
                return Ok(self.listed(data, None::<C>));
            }
        }
        Ok(self.listed(data, cursor))
    }

    /// The page, whose last row has the cursor `next`; none on the last page.
    pub fn listed<C: Serialize, T>(&self, data: Vec<T>, next: Option<C>) -> Listed<T> {
        Listed { data, next_cursor: next.map(|next| Id(encode(&next))) }
    }
}

pub fn decode<C: DeserializeOwned>(cursor: &str) -> Result<C, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    serde_json::from_slice(&bytes).map_err(|_| {
        Problem::invalid(vec![("/cursor".to_owned(), "`cursor` is none that this list gave out.".to_owned())])
    })
}

pub fn encode<C: Serialize>(cursor: &C) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).expect("cursors are numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        assert_eq!(decode::<(i64, i64)>(&encode(&(7, 9))).unwrap(), (7, 9));
        assert!(decode::<(i64, i64)>("nonsense").is_err());
    }

    #[test]
    fn the_limit_has_bounds() {
        assert_eq!(Page::read("").unwrap(), Page { limit: PAGE_DEFAULT, cursor: None });
        assert_eq!(Page::read(&format!("limit={PAGE_MAX}&cursor=a")).unwrap().cursor.as_deref(), Some("a"));
        for bad in ["0", "-1", "x", &(PAGE_MAX + 1).to_string()] {
            assert!(Page::read(&format!("limit={bad}")).is_err(), "{bad}");
        }
    }
}
