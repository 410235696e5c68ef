// Where rows belong in a list that is ordered by number. The list is read once for each frame;
// after that its order is known here, and the page is only written to.

function order(row) {
  const value = row.dataset.order;
  return value === undefined ? null : BigInt(value);
}

// Of several fragments for one element the last, where it stood last.
export function latest(fragments) {
  const byId = new Map();
  for (const fragment of fragments) {
    if (!fragment.id) continue;
    byId.delete(fragment.id);
    byId.set(fragment.id, fragment);
  }
  return [...byId.values()];
}

// The rows of one list and their numbers, in order.
export class Places {
  constructor(list) {
    this.list = list;
    this.rows = [...list.children];
    this.orders = this.rows.map(order);
  }

  // Whether a row that is there stands where its number says.
  isRight(row) {
    const own = order(row);
    const at = this.rows.indexOf(row);
    if (own === null) return true;
    this.orders[at] = own;
    const [before, after] = [this.orders[at - 1], this.orders[at + 1]];
    return (at === 0 || before <= own) && (at === this.rows.length - 1 || own <= after);
  }

  // Puts a row where it belongs, behind those of the same number.
  put(row) {
    const present = this.rows.indexOf(row);
    if (present >= 0) this.forget(present);
    const own = order(row);
    let [low, high] = [0, this.rows.length];
    while (own !== null && low < high) {
      const middle = (low + high) >> 1;
      if (this.orders[middle] > own) high = middle;
      else low = middle + 1;
    }
    const at = own === null ? this.rows.length : low;
    this.list.insertBefore(row, this.rows[at] ?? null);
    this.rows.splice(at, 0, row);
    this.orders.splice(at, 0, own);
  }

  // Takes a row away.
  take(row) {
    const at = this.rows.indexOf(row);
    if (at >= 0) this.forget(at);
    row.remove();
  }

  forget(at) {
    this.rows.splice(at, 1);
    this.orders.splice(at, 1);
  }
}
