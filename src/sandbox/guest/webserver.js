/*
 * PhantomJS's `webserver`, for the run's own pages: what they ask of `localhost` at the port comes
 * here. Nobody else can reach it. phantomjs.org/api/webserver.
 */
(function (global, guest) {
  "use strict";
  var servers = {};
  guest.servers = 0;

  function Response(exchange) {
    var headers = {};
    var chunks = [];
    var sent = false;
    var binary = false;
    var response = {
      statusCode: 200,
      get headers() {
        return headers;
      },
      set headers(given) {
        headers = given;
      },
      header: function (name) {
        return headers[name];
      },
      setHeader: function (name, value) {
        headers[name] = value;
      },
      setEncoding: function (encoding) {
        binary = /^(?:binary|latin1|iso-8859-1)$/i.test(encoding);
      },
      writeHead: function (status, given) {
        response.statusCode = status;
        if (given) headers = given;
      },
      write: function (text) {
        chunks.push({ text: String(text), binary: binary });
      },
      close: function () {
        if (sent) return;
        sent = true;
        guest.host("server.respond", {
          exchange: exchange,
          status: Number(response.statusCode) || 200,
          headers: Object.keys(headers).map(function (name) {
            return { name: name, value: String(headers[name]) };
          }),
          chunks: chunks,
        });
      },
      closeGracefully: function () {
        response.close();
      },
    };
    return response;
  }

  guest.listeners.request = function (event) {
    var answer = servers[event.port];
    var response = new Response(event.exchange);
    if (answer) return void answer(event.request, response);
    response.statusCode = 503;
    return void response.close();
  };

  guest.builtins.webserver = {
    create: function () {
      var server = {
        port: "",
        listen: function (where, options, answer) {
          var port = Number(String(where).replace(/.*:/, ""));
          if (server.port !== "" || !guest.host("server.listen", port)) return false;
          servers[port] = answer || options;
          server.port = String(port);
          guest.servers += 1;
          return true;
        },
        close: function () {
          if (server.port === "") return;
          guest.host("server.close", Number(server.port));
          delete servers[server.port];
          server.port = "";
          guest.servers -= 1;
        },
      };
      return server;
    },
  };
})(globalThis, globalThis.__guest);
