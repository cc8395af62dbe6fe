"""Watchlists: where they lie, who is screened against them, where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.compose.setup import Setup
from kiosk.services.clock import SystemClock

if TYPE_CHECKING:
    from kiosk.services.watchlist.screening import WatchlistScreener
    from kiosk.services.watchlist.shelf import WatchlistShelf
    from kiosk.services.watchlist.updating import WatchlistUpdater
    from kiosk.store.customers import SqlCustomerStore


def watchlist_shelf(setup: Setup) -> WatchlistShelf:
    """The lists that are installed in the data folder."""
    from kiosk.services.watchlist.shelf import WatchlistShelf

    return WatchlistShelf(setup.paths.data / "watchlists", SystemClock())


def watchlist_screener(setup: Setup, store: SqlCustomerStore | None = None) -> WatchlistScreener:
    """Screens against the lists of `watchlist_shelf`. Staff's verdicts are in the store's audit chain; without a store there are none."""
    from kiosk.services.watchlist.review import review_fields, review_of
    from kiosk.services.watchlist.screening import WatchlistScreener
    from kiosk.store.watchlists import SqlScreeningReviews

    reviews = None if store is None else SqlScreeningReviews(store.database, review_fields, review_of)
    days = setup.config.watchlists.outdated_after_days
    return WatchlistScreener(watchlist_shelf(setup), SystemClock(), reviews, outdated_after_days=days)


def watchlist_updater(setup: Setup) -> WatchlistUpdater:
    """Fetches what [watchlists.sources] of the settings names."""
    from kiosk.gateways.published_files import PublishedFiles
    from kiosk.services.watchlist.updating import WatchlistUpdater

    watchlists = setup.config.watchlists
    return WatchlistUpdater(watchlist_shelf(setup), PublishedFiles(watchlists), SystemClock(), watchlists.sources)
