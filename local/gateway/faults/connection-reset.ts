/** What Node says when the other side closed the connection. On a socket the gateway closes it. */
export function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
