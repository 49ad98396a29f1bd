// What analytics and ad platforms call an action, and what it is here: the source of
// schemas/mappings.json and MAPPINGS.md, and of the hints of `tributary check`. Each row names the
// page that defines the platform's event. Names without a counterpart are left out: the list of
// actions is open, and they keep a name of their own.

/** Platforms by what the rows call them. */
export const PLATFORMS = {
  ga4: 'Google Analytics 4',
  segment: 'Segment',
  meta: 'Meta',
  tiktok: 'TikTok',
  pinterest: 'Pinterest',
  shopify: 'Shopify',
} as const
export type Platform = keyof typeof PLATFORMS

export interface ForeignAction {
  readonly platform: Platform
  /** The platform's name, as it is written there. */
  readonly event: string
  /** Our `action_type`. */
  readonly action: string
  /** The page that defines it. */
  readonly source: string
  /** What else must be known; '' mostly. */
  readonly note: string
}

const GA4 = 'https://developers.google.com/analytics/devguides/collection/ga4/reference/events'
const GA4_AUTOMATIC = 'https://support.google.com/analytics/answer/9234069'
const SEGMENT_SHOP = 'https://segment.com/docs/connections/spec/ecommerce/v2/'
const SEGMENT_VIDEO = 'https://segment.com/docs/connections/spec/video/'
const SEGMENT_SAAS = 'https://segment.com/docs/connections/spec/b2b-saas/'
const SEGMENT_PAGE = 'https://segment.com/docs/connections/spec/page/'
const META = 'https://developers.facebook.com/docs/meta-pixel/reference'
const META_START = 'https://developers.facebook.com/docs/meta-pixel/get-started'
const TIKTOK = 'https://ads.tiktok.com/help/article/supported-standard-events'
const PINTEREST = 'https://developers.pinterest.com/docs/conversions/event/'
const SHOPIFY_PIXEL = 'https://shopify.dev/docs/api/web-pixels-api/standard-events'
const SHOPIFY_WEBHOOK = 'https://shopify.dev/docs/api/webhooks/latest'

const ONE_ORDER = 'one conversion with the other events of the order: same transaction_id'
const FULL_REFUND = 'without a value: refunds all'
const FROM_SERVER = `source: checkout; ${ONE_ORDER}`
const FROM_PIXEL = `source: pixel; ${ONE_ORDER}`

/** `action`, or `action` with what else must be known. */
type Ours = string | readonly [action: string, note: string]

const rows = (
  platform: Platform,
  source: string,
  events: Readonly<Record<string, Ours>>,
): ForeignAction[] =>
  Object.entries(events).map(([event, ours]) => {
    const [action, note] = typeof ours === 'string' ? [ours, ''] : ours
    return { platform, event, action, source, note }
  })

/** By platform; within one a name stands once. */
export const FOREIGN_ACTIONS: readonly ForeignAction[] = [
  ...rows('ga4', GA4_AUTOMATIC, {
    page_view: 'view',
    click: 'click',
    view_search_results: 'search',
    video_start: 'view',
    video_complete: 'complete',
  }),
  ...rows('ga4', GA4, {
    view_item: 'product_view',
    view_item_list: 'view',
    select_item: 'click',
    view_promotion: 'view',
    select_promotion: 'click',
    select_content: 'click',
    search: 'search',
    share: 'share',
    add_to_wishlist: 'add_to_wishlist',
    add_to_cart: 'add_to_cart',
    remove_from_cart: 'remove_from_cart',
    begin_checkout: 'checkout',
    add_payment_info: 'add_payment_info',
    purchase: ['purchase', ONE_ORDER],
    refund: ['refund', FULL_REFUND],
    generate_lead: 'lead',
    sign_up: 'signup',
  }),
  ...rows('segment', SEGMENT_PAGE, { Page: ['view', 'the Page call'] }),
  ...rows('segment', SEGMENT_SHOP, {
    'Products Searched': 'search',
    'Product List Viewed': 'view',
    'Promotion Viewed': 'view',
    'Promotion Clicked': 'click',
    'Product Clicked': 'click',
    'Product Viewed': 'product_view',
    'Product Added': 'add_to_cart',
    'Product Removed': 'remove_from_cart',
    'Product Added to Wishlist': 'add_to_wishlist',
    'Product Shared': 'share',
    'Checkout Started': 'checkout',
    'Payment Info Entered': 'add_payment_info',
    'Order Completed': ['purchase', ONE_ORDER],
    'Order Refunded': ['refund', FULL_REFUND],
    'Order Cancelled': ['refund', FULL_REFUND],
  }),
  ...rows('segment', SEGMENT_VIDEO, {
    'Video Playback Started': 'view',
    'Video Playback Paused': 'pause',
    'Video Playback Resumed': 'resume',
    'Video Playback Completed': 'complete',
  }),
  ...rows('segment', SEGMENT_SAAS, { 'Signed Up': 'signup' }),
  ...rows('meta', META_START, { PageView: 'view' }),
  ...rows('meta', META, {
    ViewContent: 'product_view',
    Search: 'search',
    AddToWishlist: 'add_to_wishlist',
    AddToCart: 'add_to_cart',
    InitiateCheckout: 'checkout',
    AddPaymentInfo: 'add_payment_info',
    Purchase: ['purchase', ONE_ORDER],
    Lead: 'lead',
    SubmitApplication: 'lead',
    CompleteRegistration: 'signup',
    Subscribe: 'subscribe',
  }),
  ...rows('tiktok', TIKTOK, {
    ViewContent: 'product_view',
    ClickButton: 'click',
    Search: 'search',
    AddToWishlist: 'add_to_wishlist',
    AddToCart: 'add_to_cart',
    InitiateCheckout: 'checkout',
    AddPaymentInfo: 'add_payment_info',
    PlaceAnOrder: ['purchase', ONE_ORDER],
    CompletePayment: ['purchase', ONE_ORDER],
    Purchase: ['purchase', ONE_ORDER],
    SubmitForm: 'lead',
    CompleteRegistration: 'signup',
    Subscribe: 'subscribe',
  }),
  ...rows('pinterest', PINTEREST, {
    page_visit: 'view',
    PageVisit: ['view', 'in the tag'],
    view_category: 'view',
    ViewCategory: ['view', 'in the tag'],
    watch_video: 'view',
    WatchVideo: ['view', 'in the tag'],
    search: 'search',
    Search: ['search', 'in the tag'],
    add_to_wishlist: 'add_to_wishlist',
    AddToWishList: ['add_to_wishlist', 'in the tag'],
    add_to_cart: 'add_to_cart',
    AddToCart: ['add_to_cart', 'in the tag'],
    add_payment_info: 'add_payment_info',
    AddPaymentInfo: ['add_payment_info', 'in the tag'],
    checkout: ['purchase', `a completed transaction there; ${ONE_ORDER}`],
    Checkout: ['purchase', `in the tag; a completed transaction there; ${ONE_ORDER}`],
    lead: 'lead',
    Lead: ['lead', 'in the tag'],
    signup: 'signup',
    Signup: ['signup', 'in the tag'],
  }),
  ...rows('shopify', SHOPIFY_PIXEL, {
    page_viewed: 'view',
    collection_viewed: 'view',
    product_viewed: 'product_view',
    search_submitted: 'search',
    product_added_to_cart: 'add_to_cart',
    product_removed_from_cart: 'remove_from_cart',
    checkout_started: 'checkout',
    payment_info_submitted: 'add_payment_info',
    checkout_completed: ['purchase', FROM_PIXEL],
  }),
  ...rows('shopify', SHOPIFY_WEBHOOK, {
    'checkouts/create': 'checkout',
    'orders/create': ['purchase', FROM_SERVER],
    'orders/paid': ['purchase', FROM_SERVER],
    'refunds/create': ['refund', 'the order’s id as transaction_id'],
    'customers/create': 'signup',
  }),
]
